import { within } from '../../base/abort.ts';

/**
 * Whose batch the cores compute. The library's threads wait for each other by spinning, so two contexts that compute at once on the same cores
 * take several times as long as one after the other (16 ms a token became 140 on two cores). All contexts of the process take turns.
 */
export interface ComputeTurn {
  /** Computes when the others have, in the order it was asked for; beside one that takes much longer than batches do. */
  take<T>(compute: () => Promise<T>): Promise<T>;
  /** Whether other contexts compute too, now or a moment ago: they wait as long as a batch of this one takes. */
  readonly isShared: boolean;
}

/** Between two batches of one answer there is less. */
const momentMs = 300;
/** Batches are made to take a second and a half at most. A model that hangs hangs alone. */
const maxBatchWaitMs = 5_000;

/** Turns for any number of contexts; each call is another one. */
export function createComputeTurns(nowMs: () => number = () => performance.now(), waitMs = maxBatchWaitMs): () => ComputeTurn {
  let last: Promise<unknown> = Promise.resolve();
  const wantedAt = new Map<object, number>();

  return () => {
    const self = {};
    const note = (): void => {
      const now = nowMs();
      for (const [other, at] of wantedAt) if (now - at > momentMs) wantedAt.delete(other);
      wantedAt.set(self, now);
    };
    return {
      get isShared() {
        return [...wantedAt].some(([other, at]) => other !== self && nowMs() - at <= momentMs);
      },
      take(compute) {
        note();
        const turn = within(waitMs, last).then(compute).finally(note);
        last = turn.catch(() => undefined);
        return turn;
      },
    };
  };
}

/** Those of this process. */
export const joinComputing = createComputeTurns();
