import { expect, test } from 'vitest';
import { downloadMix } from './download-mix.ts';

/** Whatever mix of slow, dying, trickling, silent and throttled connections: a download ends, and soon. */

test.concurrent.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])(
  'mix %i: the right bytes within 1.5 times what its good connections alone take and ten seconds, none fetched more than twice',
  async (seed) => {
    const { isRight, ms, limitMs, moreOften } = await downloadMix(seed);
    expect(isRight).toBe(true);
    expect(ms).toBeLessThan(limitMs);
    // What a stream had read ahead when its connection was given up counts as well.
    expect(moreOften).toBeLessThan(0.01);
  },
);
