import { throwIfAborted } from '../base/abort.ts';

/**
 * What a running work says, as an AsyncIterable. The work gets a signal of its own: it fires with the caller's, and when the loop is
 * left early; leaving waits until the work has ended. What the work throws is thrown after what it said before.
 */
export async function* eventsOf<T>(
  work: (emit: (event: T) => void, signal: AbortSignal) => Promise<unknown>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const left = new AbortController();
  let said: T[] = [];
  let isOver = false;
  let wake = (): void => undefined;
  const emit = (event: T): void => {
    said.push(event);
    wake();
  };
  const end = work(emit, signal ? AbortSignal.any([signal, left.signal]) : left.signal).finally(() => {
    isOver = true;
    wake();
  });
  end.catch(() => undefined); // Thrown below, when everything said before was handed on.
  try {
    for (;;) {
      const events = said;
      said = [];
      for (const event of events) {
        // What came before the stop may all be here already; it is not handed on any more.
        throwIfAborted(signal);
        yield event;
      }
      if (said.length > 0) continue;
      if (isOver) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    await end;
  } finally {
    if (!isOver) {
      left.abort();
      await end.catch(() => undefined);
    }
  }
}
