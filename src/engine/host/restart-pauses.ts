/** Pauses before a program that ended by itself is started again, so that one that never lives long does not keep the machine busy. */

/** See {@link createRestartPauses}. */
export interface RestartPauses {
  /** It ended by itself, or had to be ended. */
  ended(key: string): void;
  /** Milliseconds until it may be started: 0 after the first end within a minute, then 500, doubled each time up to 8,000. */
  pauseMs(key: string): number;
}

const forgottenAfterMs = 60_000;
const firstPauseMs = 500;
const maxPauseMs = 8000;

/** No ends yet. `now` in milliseconds is the clock, by default one that nobody can set. */
export function createRestartPauses(now: () => number = () => performance.now()): RestartPauses {
  const ends = new Map<string, { readonly count: number; readonly atMs: number }>();
  const recent = (key: string): number => {
    const last = ends.get(key);
    return last && now() - last.atMs < forgottenAfterMs ? last.count : 0;
  };
  return {
    ended: (key) => void ends.set(key, { count: recent(key) + 1, atMs: now() }),
    pauseMs(key) {
      const count = recent(key);
      return count < 2 ? 0 : Math.min(maxPauseMs, firstPauseMs * 2 ** (count - 2));
    },
  };
}
