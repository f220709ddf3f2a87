import { beforeAll, expect, test } from 'vitest';
import { downloadMix, type MixResult } from './download-mix.ts';

/** Whatever mix of slow, dying, trickling, silent and throttled connections: a download ends, and soon. */

const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const results = new Map<number, MixResult>();

beforeAll(async () => {
  const waiting = [...seeds];
  // Two at once: more would keep each other from their rates.
  const work = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) results.set(seed, await downloadMix(seed));
  };
  await Promise.all([work(), work()]);
}, 300_000);

test.each(seeds)('mix %i: the right bytes, none of them fetched more than twice', (seed) => {
  const { isRight, moreOften } = results.get(seed) ?? {};
  expect(isRight).toBe(true);
  // What a stream had read ahead when its connection was given up counts as well.
  expect(moreOften).toBeLessThan(0.01);
});

test.each(seeds)('mix %i: ends within 1.5 times what its good connections alone take right before it, and ten seconds', (seed) => {
  const { ms = Number.POSITIVE_INFINITY, limitMs } = results.get(seed) ?? {};
  expect(ms).toBeLessThan(limitMs ?? 0);
});
