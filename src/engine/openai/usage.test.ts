import { expect, test } from 'vitest';
import { usageOf } from './usage.ts';

const seen = { startedAt: 1000, firstTokenAt: 1500, endedAt: 2500, pieces: 11 };

test('what an endpoint says is taken over', () => {
  const said = { prompt_tokens: 20, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 4 } };
  expect(usageOf(said, { prompt_per_second: 123.456, predicted_per_second: 7.89 }, seen)).toEqual({
    promptTokens: 20,
    cachedTokens: 4,
    generatedTokens: 7,
    loadMs: 0,
    timeToFirstTokenMs: 500,
    totalMs: 1500,
    promptTokensPerSecond: 123.5,
    generatedTokensPerSecond: 7.9,
  });
});

test.each([-1, 1e308, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '7', null, {}, [3], true])(
  '%j is no count: what was seen counts in its place',
  (wrong) => {
    const said = { prompt_tokens: wrong, completion_tokens: wrong, prompt_tokens_details: { cached_tokens: wrong } };
    const isRate = wrong === 1.5;
    expect(
      usageOf(said, { cache_n: wrong, ...(isRate ? {} : { prompt_per_second: wrong, predicted_per_second: wrong }) }, seen),
    ).toMatchObject({
      promptTokens: 0,
      cachedTokens: 0,
      generatedTokens: 11,
      promptTokensPerSecond: 0,
      generatedTokensPerSecond: 10,
    });
  },
);

test('no more of a prompt can have been known than it has', () => {
  expect(usageOf({ prompt_tokens: 20 }, { cache_n: 500 }, seen)).toMatchObject({
    promptTokens: 20,
    cachedTokens: 20,
    promptTokensPerSecond: 0,
  });
});
