/**
 * How many threads compute, by what is measured. The library's threads wait for each other by spinning: one whose core another program
 * has lets all the others wait, hundreds of times a token. On two cores with one of them taken, one thread is many times as fast as two
 * (`npm run bench:engine -- --only busy`). So fewer are tried where it became slow, and more again after a while; what is faster stays.
 */
export interface ThreadCount {
  /** For the next batch. */
  readonly count: number;
  /** A batch of `size` took so long with that count; times are compared only among batches of one size. */
  measured(size: number, durationMs: number, nowMs: number): void;
}

/** So much slower than it has been is a reason to try fewer. */
const slowed = 1.7;
/** Fewer must be so much faster to stay, more only so much. */
const minGainOfFewer = 1.2;
const minGainOfMore = 1.05;
/** A trial that is so much slower ends at once. */
const hopeless = 1.5;
const minWaitMs = 150;
const maxWaitMs = 30_000;

/** `max` are used until something else is faster; `samples` batches are taken for what a count brings. */
export function createThreadCount(max: number, samples: number): ThreadCount {
  let count = max;
  let recent: number[] = [];
  let lastSize = 0;
  let trial: Trial | undefined;
  let waitMs = minWaitMs;
  let notBeforeMs = 0;
  let wasTried = false;
  const best = new Map<string, number>();

  function begin(next: number, beforeMs: number): void {
    trial = { from: count, beforeMs, taken: [] };
    count = next;
    recent = [];
    wasTried = true;
  }

  function end({ from, beforeMs, taken }: Trial, nowMs: number): void {
    const isBetter = beforeMs / mean(taken) > (count < from ? minGainOfFewer : minGainOfMore);
    if (!isBetter) count = from;
    recent = isBetter ? taken : [];
    trial = undefined;
    // What was better may not be the best yet, unless the next is what it was better than.
    notBeforeMs = isBetter && count + 1 !== from ? nowMs : nowMs + waitMs;
    waitMs = isBetter ? minWaitMs : Math.min(waitMs * 2, maxWaitMs);
  }

  return {
    get count() {
      return count;
    },
    measured(size, durationMs, nowMs) {
      if (size !== lastSize) {
        lastSize = size;
        recent = [];
        if (trial) count = trial.from;
        trial = undefined;
      }
      if (trial) {
        trial.taken.push(durationMs);
        if (trial.taken.length >= samples || durationMs > trial.beforeMs * hopeless) end(trial, nowMs);
        return;
      }
      recent = [...recent, durationMs].slice(-samples);
      if (recent.length < samples) return;
      const nowTakesMs = mean(recent);
      const key = `${size} ${count}`;
      const lowest = Math.min(best.get(key) ?? nowTakesMs, nowTakesMs);
      best.set(key, lowest);
      if (nowMs < notBeforeMs) return;
      // Once at first: a machine may have been busy all the time.
      if (count > 1 && (nowTakesMs > lowest * slowed || !wasTried)) begin(count >> 1, nowTakesMs);
      else if (count < max) begin(count + 1, nowTakesMs);
    },
  };
}

interface Trial {
  readonly from: number;
  readonly beforeMs: number;
  readonly taken: number[];
}

/** What counts is all the time together: one slow batch of four is slow. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
