import { expect, test } from 'vitest';
import { createThreadCount } from './thread-count.ts';

/** A machine of so many cores. Other programs take some of them, as fair shares go: a thread gets as much as any other. */
function machine(cores: number) {
  const state = { nowMs: 1000, ownMs: 0, idleMs: 0, others: 0, limit: Number.POSITIVE_INFINITY };
  function pass(threads: number, ms: number): number {
    const had = Math.min(threads, state.limit, (cores * threads) / Math.max(cores, threads + state.others));
    const othersHad = Math.min(state.others, cores - had);
    state.nowMs += ms;
    state.ownMs += had * ms;
    state.idleMs += (cores - had - othersHad) * ms;
    return had;
  }
  const clocks = () => {
    const { nowMs, ownMs, idleMs } = state;
    return { nowMs, ownMs: () => ownMs, idleMs: () => idleMs };
  };
  return { state, clocks, pass };
}

type Machine = ReturnType<typeof machine>;

/** Computes tokens for so long, 20 ms each; returns the numbers of threads that were used. */
function compute(threads: ReturnType<typeof createThreadCount>, { pass }: Machine, ms: number, count = () => threads.count): number[] {
  return Array.from({ length: ms / 20 }, () => {
    const used = count();
    threads.begin(used);
    pass(used, 20);
    threads.end();
    return used;
  });
}

const shareOf = (counts: readonly number[], count: number): number => counts.filter((one) => one === count).length / counts.length;

test.each([1, 2, 4, 16])('on an idle machine of %i cores all threads are used', (cores) => {
  const idle = machine(cores);
  expect(shareOf(compute(createThreadCount(cores, idle.clocks), idle, 20_000), cores)).toBe(1);
});

test.each([
  { cores: 2, others: 1, left: 1 },
  { cores: 2, others: 4, left: 1 },
  { cores: 4, others: 1, left: 3 },
  { cores: 16, others: 1, left: 15 },
])('where $others others compute on $cores cores, $left threads do; and all again when they are gone', ({ cores, others, left }) => {
  const busy = machine(cores);
  const threads = createThreadCount(cores, busy.clocks);
  compute(threads, busy, 1000);
  busy.state.others = others;
  expect(shareOf(compute(threads, busy, 4000).slice(-100), left)).toBe(1);
  busy.state.others = 0;
  expect(shareOf(compute(threads, busy, 4000).slice(-100), cores)).toBe(1);
});

test('the first prompt, which all threads compute, tells how many are best from then on', () => {
  const busy = machine(2);
  busy.state.others = 1;
  const threads = createThreadCount(2, busy.clocks);
  compute(threads, busy, 400, () => 2);
  expect(threads.count).toBe(1);
});

test('where the process may not use the cores it sees, more are tried ever more seldom', () => {
  const limited = machine(4);
  limited.state.limit = 2;
  const threads = createThreadCount(4, limited.clocks);
  compute(threads, limited, 2000);
  expect(shareOf(compute(threads, limited, 60_000), 2)).toBeGreaterThan(0.95);
});

test('the time between two answers is no time of work', () => {
  const idle = machine(2);
  const threads = createThreadCount(2, idle.clocks);
  for (let answer = 0; answer < 20; answer += 1) {
    expect(compute(threads, idle, 100)).toEqual(Array(5).fill(2));
    idle.state.others = 2;
    idle.pass(0, 5000);
    idle.state.others = 0;
  }
});

test('what is asked for first is computed by as many threads as find a core', async () => {
  const clocks = (idleCores: number) => {
    let nowMs = 0;
    return () => {
      nowMs += 60;
      const idleMs = idleCores * nowMs;
      return { nowMs, ownMs: () => 0, idleMs: () => idleMs };
    };
  };
  expect(await createThreadCount(4, clocks(4)).settled()).toBe(4);
  expect(await createThreadCount(4, clocks(3)).settled()).toBe(3);
  expect(await createThreadCount(4, clocks(0)).settled()).toBe(1);
});
