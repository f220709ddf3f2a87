import { orAborted } from '../base/abort.ts';

/** What a piece of work tells, kept from its start on: whoever comes later, or comes back, reads it from any place. */
export interface Journal<T> {
  readonly isOver: boolean;
  /** Entries told so far. */
  readonly told: readonly T[];
  readonly length: number;
  tell(entry: T): void;
  /** Nothing more comes. `failure`: what every reader is thrown at the end. */
  end(failure?: unknown): void;
  /** Entries from a place on, those to come included. */
  read(from: number, signal: AbortSignal): AsyncGenerator<T>;
}

/** With what an earlier process told of it, or nothing yet. */
export function createJournal<T>(told: readonly T[] = []): Journal<T> {
  const entries: T[] = [...told];
  let isOver = false;
  let failed: { readonly failure: unknown } | undefined;
  let change = (): void => undefined;
  let changed = Promise.resolve();

  function changeNext(): void {
    change();
    changed = new Promise((resolve) => {
      change = resolve;
    });
  }

  changeNext();
  return {
    get isOver() {
      return isOver;
    },
    get told() {
      return [...entries];
    },
    get length() {
      return entries.length;
    },
    tell(entry) {
      entries.push(entry);
      changeNext();
    },
    end(failure) {
      if (failure !== undefined) failed = { failure };
      isOver = true;
      change();
    },
    async *read(from, signal) {
      for (let next = from; ; ) {
        const [end, more] = [isOver, changed];
        const told = entries.slice(next);
        yield* told;
        next += told.length;
        if (end) break;
        await orAborted(more, signal);
      }
      if (failed) throw failed.failure;
    },
  };
}
