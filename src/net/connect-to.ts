import { connect } from 'node:net';
import { abortError } from '../base/abort.ts';
import { timeoutError } from './open-socket.ts';

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
    const timer = setTimeout(() => end(() => reject(timeoutError('CONNECT_TIMEOUT', timeoutMs))), timeoutMs);
    signal?.addEventListener('abort', stop, { once: true });
    socket.once('connect', () => end(resolve));
    socket.once('error', (error) => end(() => reject(error)));
  });
}
