import type { Socket } from 'node:net';
import { abortError } from '../base/abort.ts';
import { withoutUndefined } from '../base/without-undefined.ts';
import { basicCredentials } from './addresses.ts';
import type { NetResponse } from './net.ts';
import { headTimeoutOf, openSocket, timeoutError } from './open-socket.ts';
import { createReadBuffers } from './read-buffers.ts';
import { createResponseReader, type RangeRequest, type ResponseReader } from './response-reader.ts';

/**
 * One keep-alive connection whose bodies are read from the socket into a few buffers that are used again and again. It knows just as much
 * HTTP/1.1 as a range needs: a response with a length. Anything else throws `UnsupportedResponse`, and node:http must do it.
 */
export interface RangeSocket {
  /** One request at a time. */
  get(request: RangeRequest): Promise<NetResponse>;
  close(): void;
}

/** A connection; connects with its first request. */
export function createRangeConnection(userAgent: string): RangeSocket {
  const buffers = createReadBuffers();
  let open: { readonly socket: Socket; readonly origin: string } | undefined;
  let reader: ResponseReader | undefined;
  let isPaused = false;

  function closeSocket(): void {
    open?.socket.destroy();
    open = undefined;
  }

  function onRelease(): void {
    if (!isPaused || buffers.isShort) return;
    isPaused = false;
    open?.socket.resume();
  }

  /** False pauses the socket. */
  function onBytes(bytes: number): boolean {
    buffers.added(bytes);
    // Nobody asked for them: whatever they are, they would be taken for what comes next.
    if (!reader || reader.isOver) closeSocket();
    else reader.read();
    isPaused = buffers.isShort;
    return !isPaused && open !== undefined;
  }

  function end(error: Error): void {
    if (!reader || reader.isOver) closeSocket();
    else reader.end(error);
  }

  function connect({ target, connectTimeoutMs, idleTimeoutMs }: RangeRequest): Socket {
    const socket: Socket = openSocket(target, {
      connectTimeoutMs,
      idleTimeoutMs,
      onread: { buffer: buffers.space, callback: onBytes },
      isReading: () => !isPaused,
      // One that was replaced has no say any more.
      onEnd: (error) => (open?.socket === socket ? end(error) : socket.destroy()),
    });
    open = { socket, origin: target.origin };
    return socket;
  }

  async function exchange(request: RangeRequest): Promise<NetResponse> {
    const { target, signal, connectTimeoutMs } = request;
    if (signal?.aborted) throw abortError(signal);
    if (open?.origin !== target.origin || open.socket.destroyed) closeSocket();
    buffers.clear();
    const current = createResponseReader(request, { buffers, close: closeSocket, onRelease });
    reader = current;
    const headTimeoutMs = headTimeoutOf(request) + (open ? 0 : connectTimeoutMs);
    const headTimer = setTimeout(() => current.hasHead || current.end(timeoutError('HEAD_TIMEOUT', headTimeoutMs)), headTimeoutMs);
    const stop = (): void => current.end(new Error('stopped'));
    signal?.addEventListener('abort', stop, { once: true });
    try {
      const socket = open?.socket ?? connect(request);
      socket.write(requestText(request, userAgent), 'latin1');
      socket.resume();
      return await current.response;
    } finally {
      clearTimeout(headTimer);
      signal?.removeEventListener('abort', stop);
    }
  }

  return {
    get: exchange,
    close() {
      reader?.end(new Error('closed'));
      closeSocket();
    },
  };
}

function requestText({ target, headers }: RangeRequest, userAgent: string): string {
  const all = withoutUndefined({
    Host: target.host,
    'User-Agent': userAgent,
    Connection: 'keep-alive',
    Authorization: basicCredentials(target),
    ...headers,
  });
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return `GET ${target.pathname}${target.search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
}
