import { abortError } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';

/** Requests that need a model: so many run at once, so many more wait in the order they came, and the next is refused at once. */
export interface RequestQueue {
  /** A place, as soon as there is one. @throws BUSY where too many wait, or the signal's reason */
  enter(signal: AbortSignal): Promise<Disposable>;
  readonly running: number;
  readonly waiting: number;
}

/** How large a queue is. */
export interface QueueLimits {
  readonly maxRunning: number;
  readonly maxWaiting: number;
}

/** Seconds after which a refused client should ask again: an answer of a small model is done by then. */
export const retryAfterSeconds = 5;

/** An empty queue. */
export function createRequestQueue({ maxRunning, maxWaiting }: QueueLimits): RequestQueue {
  const waiters = new Set<() => void>();
  let running = 0;

  function leave(): void {
    const [next] = waiters;
    if (!next) running -= 1;
    else next(); // The place is handed on.
  }

  function place(): Disposable {
    let isHeld = true;
    return {
      [Symbol.dispose]() {
        if (isHeld) leave();
        isHeld = false;
      },
    };
  }

  return {
    get running() {
      return running;
    },
    get waiting() {
      return waiters.size;
    },
    async enter(signal) {
      if (signal.aborted) throw abortError(signal);
      if (running < maxRunning) {
        running += 1;
        return place();
      }
      if (waiters.size >= maxWaiting)
        throw new LuciError('BUSY', `The server is busy: ${running} requests run and ${waiters.size} wait.`, {
          hint: `Ask again in ${retryAfterSeconds} seconds.`,
        });
      await new Promise<void>((resolve, reject) => {
        const turn = (): void => {
          waiters.delete(turn);
          signal.removeEventListener('abort', gone);
          resolve();
        };
        const gone = (): void => {
          waiters.delete(turn);
          reject(abortError(signal));
        };
        signal.addEventListener('abort', gone, { once: true });
        waiters.add(turn);
      });
      return place();
    },
  };
}
