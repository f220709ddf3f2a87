import { cpus } from 'node:os';
import { sleep } from '../../base/abort.ts';

/**
 * How many threads compute, by what is measured. The library's threads wait for each other by spinning: one whose core another
 * program has lets all the others wait, hundreds of times a token. On two cores with one of them taken, one thread is many times as fast
 * as two (`npm run bench:engine -- --only busy`). What cores were to be had is told by two clocks, so that nothing is tried out: threads
 * that spin use all the time they are given, so the process's own time says how many cores it had; and the machine's idle time says
 * how many more there are.
 * Prompts are computed by as many: between two waits they compute milliseconds, but a scheduler may let a thread wait for as long.
 */
export interface ThreadCount {
  /** For the next batch. */
  readonly count: number;
  /** A batch begins, computed by so many threads. */
  begin(threads: number): void;
  /** The batch that began last is done. */
  end(): void;
  /** `count`, looked for on the idle machine where no batch has told it yet. */
  settled(): Promise<number>;
}

/** Clocks of one moment, in milliseconds since some moment in the past. */
export interface Clocks {
  readonly nowMs: number;
  /** Time all threads of this process had. */
  ownMs: () => number;
  /** Time all cores together had nothing to do. */
  idleMs: () => number;
}

/** Batches are added up until they took so long: the clocks of some systems have steps of 16 ms. */
const windowMs = 200;
/** A longer pause between two batches is no time of work. */
const maxPauseMs = 20;
/** How long {@link ThreadCount.settled} looks. */
const lookMs = 60;
/** A core counts as had, or as idle, when it is so for more than three fifths of the time: where a thread shares one, it gets half. */
const coreShare = 0.4;
/** After one more thread turned out to be too many: until it is tried again, twice as long each time. */
const minWaitMs = 400;
const maxWaitMs = 30_000;

/** The clocks of this process and this machine. */
export function machineClocks(): Clocks {
  return {
    nowMs: performance.now(),
    ownMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    idleMs: () => cpus().reduce((sum, { times }) => sum + times.idle, 0),
  };
}

/** `max` threads until it is measured that there are fewer cores. */
export function createThreadCount(max: number, clocks: () => Clocks): ThreadCount {
  let count = max;
  let isMeasured = false;
  let window: Window | undefined;
  let batch = { startedMs: 0, ownMs: 0 };
  let waitMs = minWaitMs;
  let notBeforeMs = 0;
  let raisedFrom: number | undefined;

  function decide({ threads, busyMs, ownMs, startedMs, idleMs }: Window, now: Clocks): void {
    const idleCores = max === 1 ? 0 : (now.idleMs() - idleMs) / (now.nowMs - startedMs);
    const cores = coresToUse({ threads, hadCores: ownMs / busyMs, idleCores, max });
    isMeasured = true;
    // Measured with all of them, it is known; with fewer, more are a guess.
    if (cores > count && threads < max && now.nowMs < notBeforeMs) return;
    if (cores < count && cores === raisedFrom) {
      waitMs = Math.min(waitMs * 2, maxWaitMs);
      notBeforeMs = now.nowMs + waitMs;
    } else if (cores === count && threads === count) waitMs = minWaitMs;
    raisedFrom = cores > count ? count : undefined;
    count = cores;
  }

  return {
    get count() {
      return count;
    },
    begin(threads) {
      const now = clocks();
      const isSame = window?.threads === threads && now.nowMs - window.endedMs <= maxPauseMs;
      if (!isSame) window = { threads, startedMs: now.nowMs, endedMs: now.nowMs, busyMs: 0, ownMs: 0, idleMs: now.idleMs() };
      batch = { startedMs: now.nowMs, ownMs: now.ownMs() };
    },
    end() {
      if (!window) return;
      const now = clocks();
      window.endedMs = now.nowMs;
      window.busyMs += now.nowMs - batch.startedMs;
      window.ownMs += now.ownMs() - batch.ownMs;
      if (window.busyMs < windowMs) return;
      decide(window, now);
      window = undefined;
    },
    async settled() {
      if (isMeasured || max === 1) return count;
      const before = clocks();
      const [idleMs, ownMs] = [before.idleMs(), before.ownMs()];
      await sleep(lookMs);
      const now = clocks();
      const freeMs = now.idleMs() - idleMs + (now.ownMs() - ownMs);
      if (!isMeasured) count = coresToUse({ threads: 0, hadCores: 0, idleCores: freeMs / (now.nowMs - before.nowMs), max });
      return count;
    },
  };
}

/** Batches with the same count, one right after the other. */
interface Window {
  readonly threads: number;
  readonly startedMs: number;
  /** The machine's idle time when it began. */
  readonly idleMs: number;
  endedMs: number;
  busyMs: number;
  ownMs: number;
}

interface Measure {
  readonly threads: number;
  readonly hadCores: number;
  readonly idleCores: number;
  readonly max: number;
}

/** As many threads as find a core of their own. */
function coresToUse({ threads, hadCores, idleCores, max }: Measure): number {
  const hadAll = hadCores >= threads - coreShare;
  const cores = hadAll ? threads + Math.floor(Math.max(0, idleCores) + coreShare) : Math.floor(hadCores + coreShare);
  return Math.min(max, Math.max(1, cores));
}
