import { expect, test } from 'vitest';
import { minReadTokens, type PlanWish, planWithin } from './plan.ts';

const wish: PlanWish = {
  leftMs: 20_000,
  speed: { promptTokensPerSecond: 100, generatedTokensPerSecond: 10 },
  questionTokens: 0,
  textTokens: 10_000,
  readLimit: undefined,
  contextLength: 16_384,
};

test.each<[string, Partial<PlanWish>, { readTokens?: number; maxTokens?: number | undefined }]>([
  // 8 s are kept for the answer; of 12 s at 100 a second four fifths are planned with.
  ['as much as there is time for', {}, { readTokens: 960, maxTokens: 156 }],
  ['no more than was asked for', { maxTokens: 20 }, { maxTokens: 20 }],
  ['no more than there is time for', { maxTokens: 5_000 }, { readTokens: 960, maxTokens: 156 }],
  ['all of a short text', { textTokens: 50 }, { readTokens: 50, maxTokens: 292 }],
  ['no more than the context holds', { contextLength: 1_000, maxTokens: 200 }, { readTokens: 800 }],
  ['a little where there is no time', { leftMs: 10 }, { readTokens: minReadTokens, maxTokens: 1 }],
  ['what is in the cache already', { readLimit: 300 }, { readTokens: 300, maxTokens: 300 }],
  ['no limit where nothing was measured', { speed: {} }, { readTokens: 10_000, maxTokens: undefined }],
])('%s', (_, changed, plan) => {
  expect(planWithin({ ...wish, ...changed })).toMatchObject(plan);
});
