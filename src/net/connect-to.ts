import { connect } from 'node:net';
import { abortError } from '../base/abort.ts';

/** Opens a TCP connection and closes it. Rejects with the system's error, CONNECT_TIMEOUT, or the signal's reason. */
export function connectTo(target: URL, timeoutMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const socket = connect(Number(target.port), target.hostname.replace(/^\[|\]$/g, ''));
    const end = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      socket.destroy();
      act();
    };
    const stop = (): void => end(() => signal && reject(abortError(signal)));
    const timer = setTimeout(
      () => end(() => reject(Object.assign(new Error('no answer'), { code: 'CONNECT_TIMEOUT', seconds: timeoutMs / 1000 }))),
      timeoutMs,
    );
    signal?.addEventListener('abort', stop, { once: true });
    socket.once('connect', () => end(resolve));
    socket.once('error', (error) => end(() => reject(error)));
  });
}
