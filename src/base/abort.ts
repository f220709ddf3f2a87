import { isLuciError, LuciError } from './errors.ts';

/** Stopping. A run has one AbortController whose reason says who stopped it; everything, sleeps included, listens to its signal. */

/** Why a run is stopped: Ctrl+C, SIGTERM, SIGHUP. */
export type StopCode = 'CANCELLED' | 'TERMINATED' | 'HUNG_UP';

/** The reason to abort with when the user or the system ends the run. */
export function stopError(code: StopCode, message = 'Cancelled.'): LuciError {
  return new LuciError(code, message);
}

/** What an aborted operation throws: the signal's own reason when it is an error of luci; TIMED_OUT for AbortSignal.timeout(); else CANCELLED. */
export function abortError({ reason }: AbortSignal): LuciError {
  if (reason instanceof LuciError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError')
    return new LuciError('TIMED_OUT', 'The time that was given for it is over.', {
      cause: reason,
      hint: 'Give it more: AbortSignal.timeout(ms)',
    });
  return new LuciError('CANCELLED', 'Cancelled.', { cause: reason });
}

/** Whether an error says that the caller ended the work, by a stop or by the time it gave. */
export function isGivenUp(error: unknown): error is LuciError<'CANCELLED' | 'TIMED_OUT'> {
  return isLuciError(error, 'CANCELLED') || isLuciError(error, 'TIMED_OUT');
}

/** Throws {@link abortError} when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortError(signal);
}

/** Waits; an abort ends the wait at once with {@link abortError}. */
export function sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(abortError(signal));
    const timer = setTimeout(done, durationMs);
    function done(): void {
      signal?.removeEventListener('abort', stopped);
      resolve();
    }
    function stopped(): void {
      clearTimeout(timer);
      if (signal) reject(abortError(signal));
    }
    signal?.addEventListener('abort', stopped, { once: true });
  });
}

/** The promise, or {@link abortError} as soon as the signal fires; the promise itself goes on unheeded. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stopped = (): void => reject(abortError(signal));
    if (signal.aborted) {
      promise.catch(() => undefined);
      return stopped();
    }
    signal.addEventListener('abort', stopped, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stopped));
  });
}

/** The promise, or undefined when it takes longer than that; the promise itself goes on unheeded. */
export async function within<T>(durationMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), durationMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer); // A timer that is left keeps the process alive.
  }
}
