import { expect, test } from 'vitest';
import { createThreadCount } from './thread-count.ts';

/** A machine whose batches take what `timeOf` says; returns the counts that were used. */
function run(threads: ReturnType<typeof createThreadCount>, timeOf: (count: number) => number, batches: number, clock: { ms: number }) {
  return Array.from({ length: batches }, () => {
    const { count } = threads;
    clock.ms += timeOf(count);
    threads.measured(1, timeOf(count), clock.ms);
    return count;
  });
}

const shareOf = (counts: readonly number[], count: number): number => counts.filter((one) => one === count).length / counts.length;

/** Cores that are free: as many threads as that share the work, one more and all wait. */
const withFree = (free: number) => (count: number) => (count <= free ? 20 / count : 200);

test('on an idle machine all threads are used, but for one look at fewer', () => {
  const counts = run(createThreadCount(4, 3), withFree(4), 500, { ms: 0 });
  expect(shareOf(counts, 4)).toBeGreaterThan(0.98);
});

test('where a core is taken, as many as find one of their own are used; and all again when it is free', () => {
  const threads = createThreadCount(4, 3);
  const clock = { ms: 0 };
  run(threads, withFree(4), 200, clock);
  const busy = run(threads, withFree(3), 600, clock);
  expect(shareOf(busy, 3)).toBeGreaterThan(0.9);
  expect(busy.slice(-100).filter((count) => count === 4).length).toBeLessThan(4);
  expect(shareOf(run(threads, withFree(4), 6000, clock).slice(-1000), 4)).toBe(1);
});

test('two threads that were slow from the first batch on become one', () => {
  const counts = run(createThreadCount(2, 3), withFree(1), 200, { ms: 0 });
  expect(shareOf(counts.slice(10), 1)).toBeGreaterThan(0.95);
});

test('batches of other sizes are no reason, and one thread stays one', () => {
  const threads = createThreadCount(2, 3);
  const clock = { ms: 0 };
  run(threads, withFree(2), 100, clock);
  for (const size of [4, 1, 4, 1, 2, 4]) {
    clock.ms += 50;
    threads.measured(size, 50 * size, clock.ms);
    expect(threads.count).toBe(2);
  }
  expect(new Set(run(createThreadCount(1, 3), () => Math.random(), 100, { ms: 0 }))).toEqual(new Set([1]));
});
