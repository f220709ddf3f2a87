import { sleep } from '../base/abort.ts';

/** Holds all connections of all downloads that share it to so many bytes a second. */
export interface RateLimiter {
  /** The rate; undefined where there is no limit. */
  readonly bytesPerSecond: number | undefined;
  /** Returns when that many bytes may have come. */
  take(bytes: number, signal?: AbortSignal): Promise<void>;
}

/** A limiter. What was not used is lost after a twentieth of a second: no bursts after a pause. */
export function createRateLimiter(bytesPerSecond: number | undefined): RateLimiter {
  let freeAtMs = 0;
  return {
    bytesPerSecond,
    async take(bytes, signal) {
      if (bytesPerSecond === undefined) return;
      const nowMs = performance.now();
      freeAtMs = Math.max(freeAtMs, nowMs - 50) + (bytes / bytesPerSecond) * 1000;
      if (freeAtMs > nowMs + 5) await sleep(freeAtMs - nowMs, signal);
    },
  };
}
