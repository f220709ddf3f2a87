import { LuciError } from '../base/errors.ts';
import { errnoOf } from '../base/system-error.ts';
import { isLoopback, proxyFor } from './addresses.ts';
import type { LedgerEntry, Net, NetResponse, ProxySettings } from './net.ts';

/** The door outward: refuses when offline, sends, records. What it takes to send is loaded when something is sent. */

/** What the door is made with. */
export interface NetOptions {
  readonly offline: boolean;
  readonly proxy: ProxySettings;
  readonly userAgent: string;
  /** Called once for each exchange when it is over. */
  readonly record?: (entry: LedgerEntry) => void;
}

/** Opens the door. */
export function createNet({ offline, proxy, userAgent, record = () => undefined }: NetOptions): Net {
  return {
    offline,
    async request(request) {
      const target = new URL(request.url);
      const note = recorder(record, target.host, request.purpose);
      try {
        refuseWhenOffline(offline, target);
        const { send } = await import('./send.ts');
        const response = await send(target, request, proxy, userAgent);
        note.follow(response);
        return response;
      } catch (error) {
        note.end(error instanceof LuciError ? error.code : 'failed');
        throw error;
      }
    },
    async openRangeConnection(url) {
      if (proxyFor(new URL(url), proxy) !== undefined) return undefined;
      const [{ createRangeConnection }, { networkError }] = await Promise.all([import('./range-connection.ts'), import('./send.ts')]);
      const connection = createRangeConnection(userAgent);
      return {
        close: connection.close,
        async fetch(
          { url: address, purpose, headers = {}, signal, connectTimeoutMs = 10_000, idleTimeoutMs = 15_000 },
          { onHead, onPiece },
        ) {
          const target = new URL(address);
          const note = recorder(record, target.host, purpose);
          const onCountedPiece = (piece: Uint8Array): Promise<boolean> => {
            note.count(piece.length);
            return onPiece(piece);
          };
          try {
            refuseWhenOffline(offline, target);
            const request = { target, headers, signal, connectTimeoutMs, idleTimeoutMs, onHead, onPiece: onCountedPiece };
            const response = await connection.get(request);
            note.end(String(response.status));
            return response;
          } catch (error) {
            note.end(error instanceof LuciError ? error.code : 'failed');
            // What has a code is the system's; anything else is thrown by who asked.
            throw !(error instanceof LuciError) && errnoOf(error) !== undefined ? networkError(target, target, error) : error;
          }
        },
      };
    },
    async reach(place, { purpose, signal, connectTimeoutMs = 10_000 }) {
      const target = new URL(`tcp://${place}`);
      const note = recorder(record, target.host, purpose);
      const [{ connectTo }, { networkError }] = await Promise.all([import('./connect-to.ts'), import('./send.ts')]);
      try {
        refuseWhenOffline(offline, target);
        await connectTo(target, connectTimeoutMs, signal);
        note.end('reached');
      } catch (error) {
        note.end(error instanceof LuciError ? error.code : 'failed');
        throw error instanceof LuciError ? error : networkError(target, target, error);
      }
    },
    async run(program) {
      const note = recorder(record, program.destination, program.purpose);
      if (offline) {
        note.end('OFFLINE');
        throw offlineError(program.destination);
      }
      const { file, args, environment, folder, signal, bytesReceived } = program;
      const { runProgram } = await import('../base/child-process.ts');
      try {
        const finished = await runProgram(file, args, { environment, folder, signal });
        note.count((await bytesReceived?.()) ?? 0);
        note.end(`exit ${finished.exitCode ?? finished.signalName}`);
        return finished;
      } catch (error) {
        note.end(error instanceof LuciError ? error.code : (errnoOf(error) ?? 'failed'));
        throw error;
      }
    },
  };
}

function refuseWhenOffline(offline: boolean, target: URL): void {
  if (offline && !isLoopback(target.hostname)) throw offlineError(target.hostname);
}

function offlineError(destination: string): LuciError {
  return new LuciError('OFFLINE', `luci is offline and does not reach out to ${destination}.`, {
    hint: 'Run it again without --offline and LUCI_OFFLINE.',
  });
}

function recorder(record: (entry: LedgerEntry) => void, host: string, purpose: LedgerEntry['purpose']) {
  const time = new Date().toISOString();
  let bytesReceived = 0;
  let isOver = false;
  const end = (outcome: string): void => {
    if (!isOver) record({ time, host, purpose, bytesReceived, outcome });
    isOver = true;
  };
  return {
    end,
    count(bytes: number): void {
      bytesReceived += bytes;
    },
    follow({ status, body }: NetResponse): void {
      body.on('data', (chunk: Buffer) => {
        bytesReceived += chunk.length;
      });
      body.pause();
      body.once('close', () => end(String(status)));
    },
  };
}
