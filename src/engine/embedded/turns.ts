import { orAborted, throwIfAborted } from '../../base/abort.ts';

/** A queue: one work at a time, in order of arrival. An abort while waiting leaves the queue. */
export type Turns = <T>(work: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;

/** An empty queue. */
export function createTurns(): Turns {
  let tail: Promise<unknown> = Promise.resolve();
  return async (work, signal) => {
    throwIfAborted(signal);
    const before = tail;
    let release = (): void => undefined;
    const done = new Promise<void>((resolve) => {
      release = resolve;
    });
    // Leaving early must not let the next one in before its turn.
    tail = before.then(() => done);
    try {
      await orAborted(before, signal);
      return await work();
    } finally {
      release();
    }
  };
}
