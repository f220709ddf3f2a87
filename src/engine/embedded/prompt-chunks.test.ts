import { expect, test } from 'vitest';
import { chunkEnds, commonEnd } from './prompt-chunks.ts';

test.each([
  ['nothing', 0, [0], []],
  ['a short prompt', 30, [0], [30]],
  ['a long one', 300, [0], [128, 256, 300]],
  ['behind a system prompt', 300, [150], [128, 150, 278, 300]],
  ['around an answer, whatever the order', 20, [12, 9, 10, 11], [9, 10, 11, 12, 20]],
  ['not behind its end', 20, [10, 20, 25], [10, 20]],
])('chunks of %s', (_, length, cuts, ends) => {
  expect(chunkEnds(length, cuts)).toEqual(ends);
});

test.each([
  ['as far as both were cut alike', [5, 9, 12], [5, 9, 13], 20, 9],
  ['not into what follows other tokens', [5, 9, 12], [5, 9, 12], 10, 9],
  ['nowhere where the first cut differs', [4, 9], [5, 9], 20, 0],
  ['nowhere in what was evaluated with batchmates', [], [5, 9], 20, 0],
])('a state is gone on from %s', (_, held, wanted, maxEnd, end) => {
  expect(commonEnd(held, wanted, maxEnd)).toBe(end);
});
