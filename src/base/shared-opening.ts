import { orAborted, stopError, throwIfAborted } from './abort.ts';

/** Something that several ask for and that is open once. The opening belongs to nobody who asks: one who stops waiting disturbs no other. */
export interface SharedOpening<T> {
  /** What is open, opened by the first who asks. The signal ends the waiting of this caller alone. */
  get(signal?: AbortSignal): Promise<T>;
  /** What is open; opens nothing. */
  readonly value: T | undefined;
  /** Forgets it, where it is still this one: the next who asks opens anew. Disposing it is the caller's. */
  drop(value: T): void;
  /** Ends an opening under way, and disposes what is open. */
  close(): Promise<void>;
}

interface Opening<T> {
  readonly opened: Promise<T>;
  readonly stopper: AbortController;
  value: T | undefined;
  waiting: number;
}

/** Opens with `open`, whose signal fires when nobody waits for the opening any more. One that fails is tried again by the next who asks. */
export function shareOpening<T extends AsyncDisposable>(open: (signal: AbortSignal) => Promise<T>): SharedOpening<T> {
  let current: Opening<T> | undefined;

  function begin(): Opening<T> {
    const stopper = new AbortController();
    const opening: Opening<T> = { opened: open(stopper.signal), stopper, value: undefined, waiting: 0 };
    current = opening;
    opening.opened.then(
      (value) => {
        opening.value = value;
        // Nobody waited any more, and it was open before it heard of that.
        if (stopper.signal.aborted) void value[Symbol.asyncDispose]();
      },
      () => forget(opening),
    );
    return opening;
  }

  function forget(opening: Opening<T>): void {
    if (current === opening) current = undefined;
  }

  function stop(opening: Opening<T>): void {
    forget(opening);
    opening.stopper.abort(stopError('CANCELLED'));
  }

  return {
    async get(signal) {
      throwIfAborted(signal);
      const opening = current ?? begin();
      opening.waiting += 1;
      try {
        return await orAborted(opening.opened, signal);
      } finally {
        opening.waiting -= 1;
        if (opening.waiting === 0 && opening.value === undefined) stop(opening);
      }
    },
    get value() {
      return current?.value;
    },
    drop(value) {
      if (current?.value === value) current = undefined;
    },
    async close() {
      const opening = current;
      if (!opening) return;
      if (opening.value === undefined) stop(opening);
      else {
        forget(opening);
        await opening.value[Symbol.asyncDispose]();
      }
    },
  };
}
