import { connect, isIP, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { abortError, within } from '../base/abort.ts';
import { basicCredentials } from './addresses.ts';
import type { NetResponse } from './net.ts';
import { sentHeaders } from './sent-headers.ts';

/**
 * One keep-alive connection whose bodies are read from the socket into a few buffers that are used again and again. It knows just as much
 * HTTP/1.1 as a range needs: an answer with a length. Anything else throws {@link UnusualAnswer}, and node:http must do it.
 */
export interface RawLane {
  get(request: RawRequest): Promise<NetResponse>;
  close(): void;
}

/** A GET, and where its body goes. */
export interface RawRequest {
  readonly target: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Called with the head of a 206, before its body; throws to refuse it. */
  readonly onHead: (response: Pick<NetResponse, 'status' | 'headers'>) => void;
  /** Called with pieces of the body of a 206, one after the other. A piece is only valid until the promise is settled; false ends it. */
  readonly onPiece: (piece: Uint8Array) => Promise<boolean>;
}

/** An answer this reader does not understand. */
export class UnusualAnswer extends Error {
  override readonly name = 'UnusualAnswer';
}

const slabBytes = 512 * 1024;
/** One is read into while two are on their way to the disk. */
const slabCount = 3;
/** A slab made because a pause came late is kept for the next time: thrown away, slabs would wait for the collector by the dozen. */
const mostFreeSlabs = 4;
const mostHeadBytes = 64 * 1024;
/** On a slow line a piece does not wait for a whole buffer. */
const deliverEveryMs = 250;
const longestDeliveryMs = 1000;

interface Exchange {
  readonly request: RawRequest;
  readonly resolve: (response: NetResponse) => void;
  readonly reject: (error: unknown) => void;
  head: { readonly status: number; readonly headers: Record<string, string> } | undefined;
  /** Bytes of the body still to come. */
  remaining: number;
  chain: Promise<void>;
}

/** A lane; connects with its first request. */
export function createRawLane(userAgent: string): RawLane {
  const slabs: Buffer[] = [];
  let current: Buffer = Buffer.allocUnsafeSlow(slabBytes);
  /** Slabs that somebody else reads now. */
  let handedOut = 0;
  /** The part of `current` that holds bytes nobody was given yet. */
  let [start, filled] = [0, 0];
  let socket: Socket | undefined;
  let origin = '';
  let exchange: Exchange | undefined;
  let isPaused = false;
  let deliveredAtMs = 0;

  const fail = (error: unknown): void => {
    const failed = exchange;
    exchange = undefined;
    socket?.destroy();
    socket = undefined;
    failed?.reject(failed.request.signal?.aborted ? abortError(failed.request.signal) : error);
  };

  /** Hands the bytes at hand over, and reads on into another slab. */
  function deliver(now: Exchange): void {
    const piece = current.subarray(start, filled);
    if (piece.length === 0) return;
    const slab = current;
    // A pause takes hold a little late over TLS: then one more slab is made.
    current = slabs.pop() ?? Buffer.allocUnsafeSlow(slabBytes);
    [start, filled] = [0, 0];
    handedOut += 1;
    deliveredAtMs = performance.now();
    now.chain = now.chain
      .then(async () => {
        if (exchange === now && !(await now.request.onPiece(piece))) end(now, false);
      })
      .catch((error: unknown) => {
        if (exchange === now) fail(error);
      })
      .finally(() => takeBack(slab));
  }

  /** A slab is free again, whatever became of its bytes: a lane that lost one would pause for ever sooner or later. */
  function takeBack(slab: Buffer): void {
    handedOut -= 1;
    if (slabs.length < mostFreeSlabs) slabs.push(slab);
    if (!isPaused || handedOut >= slabCount - 1) return;
    isPaused = false;
    socket?.resume();
  }

  /** What came before the end, the silence or the stop is handed over first; a disk that takes long is not waited for. */
  function failAfterDelivery(now: Exchange, error: Error): void {
    // Nothing more may come: it would be put where the bytes at hand are taken from.
    socket?.destroy();
    socket = undefined;
    if (now.head?.status === 206 && filled > start) {
      now.remaining -= filled - start;
      deliver(now);
    }
    void within(longestDeliveryMs, now.chain).then(() => exchange === now && fail(error));
  }

  function end(now: Exchange, keeps: boolean): void {
    if (exchange !== now || !now.head) return;
    exchange = undefined;
    if (!keeps || now.head.headers['connection']?.toLowerCase() === 'close') {
      socket?.destroy();
      socket = undefined;
    }
    now.resolve({ ...now.head, body: Readable.from([]) });
  }

  function onBytes(count: number): boolean {
    filled += count;
    const now = exchange;
    if (!now) {
      fail(new UnusualAnswer('bytes that nobody asked for'));
      socket?.destroy();
      return false;
    }
    try {
      if (!now.head && !readHead(now)) return true;
      if (now.head?.status !== 206) return readErrorBody(now);
      const body = filled - start;
      if (body > now.remaining) throw new UnusualAnswer('more bytes than announced');
      const isWhole = body === now.remaining;
      if (isWhole || filled === current.length || performance.now() - deliveredAtMs > deliverEveryMs) {
        now.remaining -= body;
        deliver(now);
      }
      if (isWhole) void now.chain.then(() => end(now, true));
    } catch (error) {
      socket?.destroy();
      socket = undefined;
      // Pieces on their way to the disk end first: whoever goes on, goes on after them.
      void now.chain.then(() => exchange === now && fail(error));
      return false;
    }
    isPaused = handedOut >= slabCount - 1;
    return !isPaused;
  }

  /** False while the head is not whole. */
  function readHead(now: Exchange): boolean {
    const at = current.subarray(0, filled).indexOf('\r\n\r\n');
    if (at < 0) {
      if (filled > mostHeadBytes) throw new UnusualAnswer('a head without end');
      return false;
    }
    const { status, headers } = parseHead(current.toString('latin1', 0, at));
    const length = headers['content-length'];
    const hasLength = headers['transfer-encoding'] === undefined && length !== undefined && /^\d{1,15}$/.test(length);
    if (status < 200 || (status === 206 && !hasLength)) throw new UnusualAnswer('an answer without a length');
    now.head = { status, headers };
    start = at + 4;
    // Of an error without a length, what came with its head is enough.
    now.remaining = hasLength ? Number(length) : filled - start;
    if (!hasLength) now.head.headers['connection'] = 'close';
    if (status === 206) now.request.onHead(now.head);
    return true;
  }

  /** What is no 206 is small, and read whole. */
  function readErrorBody(now: Exchange): boolean {
    if (now.remaining > mostHeadBytes || now.head?.status === 200) {
      // The whole file, most likely: its head is all that is wanted.
      const { head } = now;
      exchange = undefined;
      socket?.destroy();
      socket = undefined;
      [start, filled] = [0, 0];
      if (head) now.resolve({ ...head, body: Readable.from([]) });
      return false;
    }
    if (filled - start < now.remaining) return true;
    // Sizes of chunks stand on lines of their own; what is left is for people.
    const text = current.toString('latin1', start, start + now.remaining).replace(/^[0-9a-f]{1,8}\r\n/gim, '');
    const body = Buffer.from(text, 'latin1');
    [start, filled] = [0, 0];
    exchange = undefined;
    if (now.head?.headers['connection']?.toLowerCase() === 'close') {
      socket?.destroy();
      socket = undefined;
    }
    if (now.head) now.resolve({ ...now.head, body: Readable.from([body]) });
    return true;
  }

  function open({ target, connectTimeoutMs, idleTimeoutMs }: RawRequest): Socket {
    const isTls = target.protocol === 'https:';
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const port = Number(target.port) || (isTls ? 443 : 80);
    const onread = { buffer: () => current.subarray(filled), callback: onBytes };
    const fresh: Socket = isTls
      ? connectTls({ host, port, ...serverName(host), ALPNProtocols: ['http/1.1'], onread } as ConnectionOptions)
      : connect({ host, port, onread });
    const slow = setTimeout(() => {
      if (socket === fresh) fail(Object.assign(new Error('slow'), { code: 'CONNECT_TIMEOUT', seconds: connectTimeoutMs / 1000 }));
    }, connectTimeoutMs);
    fresh.once(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(slow);
      fresh.setTimeout(idleTimeoutMs);
      fresh.on('timeout', () => {
        // A lane that we hold back is not silent; the clock of a socket strikes only once.
        if (isPaused) fresh.setTimeout(idleTimeoutMs);
        else if (exchange && socket === fresh) {
          failAfterDelivery(exchange, Object.assign(new Error('silent'), { code: 'IDLE_TIMEOUT', seconds: idleTimeoutMs / 1000 }));
        } else fresh.destroy();
      });
    });
    const onEnd = (error: Error): void => {
      clearTimeout(slow);
      if (socket !== fresh) return;
      const now = exchange;
      if (!now) {
        socket = undefined;
        return;
      }
      failAfterDelivery(now, error);
    };
    fresh.on('error', onEnd);
    fresh.on('close', () => onEnd(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    return fresh;
  }

  return {
    get(request) {
      const { target, headers, signal } = request;
      if (signal?.aborted) return Promise.reject(abortError(signal));
      if (socket && (origin !== target.origin || socket.destroyed)) {
        socket.destroy();
        socket = undefined;
      }
      [start, filled] = [0, 0];
      deliveredAtMs = performance.now();
      const stop = (): void => {
        if (exchange?.request === request) failAfterDelivery(exchange, new Error('stopped'));
      };
      const answer = new Promise<NetResponse>((resolve, reject) => {
        exchange = { request, resolve, reject, head: undefined, remaining: 0, chain: Promise.resolve() };
        signal?.addEventListener('abort', stop, { once: true });
        if (!socket) {
          socket = open(request);
          origin = target.origin;
        }
        const all = sentHeaders({
          Host: target.host,
          'User-Agent': userAgent,
          Connection: 'keep-alive',
          Authorization: basicCredentials(target),
          ...headers,
        });
        const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
        socket.write(`GET ${target.pathname}${target.search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
        socket.resume();
      });
      return answer.finally(() => signal?.removeEventListener('abort', stop));
    },
    close() {
      exchange = undefined;
      socket?.destroy();
      socket = undefined;
    },
  };
}

/** The name a certificate is asked for by; there is none for an address of numbers. */
function serverName(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

function parseHead(text: string): { status: number; headers: Record<string, string> } {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) throw new UnusualAnswer('no answer of HTTP/1.1');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new UnusualAnswer('a header that is none');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: Number(status), headers };
}
