/** How many bytes came in the last moments, in samples of equal length. */
export interface Throughput {
  add(bytes: number): void;
  /** Ends the current sample and begins the next. */
  sample(): void;
  /** Bytes a second over the last so many samples; undefined while there are fewer. */
  over(samples: number): number | undefined;
  /** Forgets what was measured. */
  clear(): void;
}

/** Samples that are kept: four seconds at the usual length. */
export const windowSamples = 16;
/** As few as say something of now: a second. */
export const recentSamples = 4;

/** A measurement that begins now. */
export function createThroughput(): Throughput {
  const samples: { readonly bytes: number; readonly durationMs: number }[] = [];
  let bytesNow = 0;
  let sinceMs = performance.now();
  return {
    add(bytes) {
      bytesNow += bytes;
    },
    sample() {
      const nowMs = performance.now();
      samples.push({ bytes: bytesNow, durationMs: nowMs - sinceMs });
      if (samples.length > windowSamples) samples.shift();
      bytesNow = 0;
      sinceMs = nowMs;
    },
    over(count) {
      if (samples.length < count) return undefined;
      const last = samples.slice(-count);
      const durationMs = last.reduce((sum, sample) => sum + sample.durationMs, 0);
      return (last.reduce((sum, { bytes }) => sum + bytes, 0) * 1000) / Math.max(1, durationMs);
    },
    clear() {
      samples.length = 0;
      bytesNow = 0;
      sinceMs = performance.now();
    },
  };
}
