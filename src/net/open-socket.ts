import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** A socket to a server, plain or TLS, that says once why it came to its end. */

/** How to open it. */
export interface SocketOptions {
  readonly connectTimeoutMs: number;
  /** How long it may be silent once it stands. */
  readonly idleTimeoutMs: number;
  /** Where bytes go, and who is told of them; false pauses the socket. */
  readonly onread: { readonly buffer: () => Uint8Array; readonly callback: (bytes: number) => boolean };
  /** Whether silence is the other side's: false while this side does not read. */
  readonly isReading: () => boolean;
  /** Called once, unless it was destroyed by whoever opened it: refused, cut, too slow to connect (CONNECT_TIMEOUT) or silent (IDLE_TIMEOUT). */
  readonly onEnd: (error: Error) => void;
}

/** Opens one; what is written before it stands is sent then. */
export function openSocket(target: URL, { connectTimeoutMs, idleTimeoutMs, onread, isReading, onEnd }: SocketOptions): Socket {
  const isTls = target.protocol === 'https:';
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const port = Number(target.port) || (isTls ? 443 : 80);
  const tlsOptions = { host, port, ...serverName(host), ALPNProtocols: ['http/1.1'], onread } as ConnectionOptions;
  const socket = isTls ? connectTls(tlsOptions) : connect({ host, port, onread });
  let isOver = false;
  const end = (error: Error): void => {
    clearTimeout(connecting);
    if (isOver) return;
    isOver = true;
    onEnd(error);
  };
  const connecting = setTimeout(() => end(timeoutError('CONNECT_TIMEOUT', connectTimeoutMs)), connectTimeoutMs);
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    clearTimeout(connecting);
    socket.setTimeout(idleTimeoutMs);
    socket.on('timeout', () => {
      // A connection that we hold back is not silent; the clock of a socket strikes only once.
      if (isReading()) end(timeoutError('IDLE_TIMEOUT', idleTimeoutMs));
      else socket.setTimeout(idleTimeoutMs);
    });
  });
  socket.on('error', end);
  socket.on('close', () => end(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  return socket;
}

/** How long a whole head may take: it may come in pieces, but not for ever. */
export function headTimeoutOf({ idleTimeoutMs }: { readonly idleTimeoutMs: number }): number {
  return 2 * idleTimeoutMs;
}

/** A wait that was too long, as `describeConnectionError` knows it. */
export function timeoutError(code: 'CONNECT_TIMEOUT' | 'HEAD_TIMEOUT' | 'IDLE_TIMEOUT', timeoutMs: number): Error {
  return Object.assign(new Error(code), { code, seconds: timeoutMs / 1000 });
}

/** The name a certificate is asked for by; there is none for an address of numbers. */
function serverName(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}
