import type { DownloadEvent, DownloadProgress } from './download-event.ts';

/** Turns counts of bytes into progress events. */

const everyMs = 100;
const windowMs = 5000;

/** Reports how far a file is. */
export interface ProgressReporter {
  /** Counts what an earlier run left. */
  startAt(bytes: number): void;
  report(phase: DownloadProgress['phase'], receivedBytes: number, more?: { waitMs?: number; reason?: string }): void;
  setTotal(totalBytes: number | undefined): void;
}

/** A reporter for one file, over all tries and sources. */
export function createProgressReporter(onEvent: ((event: DownloadEvent) => void) | undefined): ProgressReporter {
  let maxReceived = 0;
  let totalBytes: number | undefined;
  let lastAt = 0;
  let lastPhase = '';
  const samples: { atMs: number; bytes: number }[] = [];
  return {
    startAt(bytes) {
      maxReceived = Math.max(maxReceived, bytes);
      samples.length = 0;
    },
    setTotal(total) {
      totalBytes = total;
    },
    report(phase, receivedBytes, more = {}) {
      maxReceived = Math.max(maxReceived, receivedBytes);
      const now = performance.now();
      if (now - lastAt < everyMs && phase === lastPhase) return;
      lastAt = now;
      lastPhase = phase;
      samples.push({ atMs: now, bytes: receivedBytes });
      while (samples.length > 2 && now - (samples[0]?.atMs ?? now) > windowMs) samples.shift();
      const first = samples[0];
      const elapsedMs = first ? now - first.atMs : 0;
      const bytesPerSecond = first && elapsedMs > 0 ? Math.max(0, Math.round(((receivedBytes - first.bytes) / elapsedMs) * 1000)) : 0;
      onEvent?.({
        type: 'progress',
        phase,
        receivedBytes: maxReceived,
        bytesPerSecond,
        totalBytes,
        ...more,
      });
    },
  };
}
