import { expect, test } from 'vitest';
import { type Candidate, estimateTokensPerSecond, rankModels, weightBytesPerSecond } from './recommend.ts';

/** Which models suit a machine, as a table of decisions. */

function candidate(name: string, more: Partial<Candidate> = {}): Candidate {
  const plain = { tier: 1, purposes: ['chat', 'instruct'], parametersB: 1, sizeBytes: 1e9, isSizeKnown: true, fits: 'yes' } as const;
  return { name, ...plain, isInstalled: false, proven: undefined, tokensPerSecond: 20, ...more };
}
function proven(tier: number, abilities: Readonly<Record<string, number>> = {}): Candidate['proven'] {
  return { sha256: 'a'.repeat(64), tier, confirmed: false, suiteHash: 'b', abilities, at: '2026-01-01' };
}
const namesOf = (candidates: readonly Candidate[], purpose: Parameters<typeof rankModels>[1] = 'chat', freeDiskBytes = 1e11) =>
  rankModels(candidates, purpose, freeDiskBytes).map(({ name }) => name);

test('proven comes before told, then what fits well, answers in time, and has the higher tier and the more parameters', () => {
  const models = [
    candidate('told', { tier: 3 }),
    candidate('larger', { tier: 3, parametersB: 2 }),
    candidate('tight', { tier: 3, fits: 'tight' }),
    candidate('slow', { tier: 3, tokensPerSecond: 5 }),
    candidate('proven', { tier: 1, isInstalled: true, proven: proven(1) }),
    candidate('failed', { tier: 3, isInstalled: true, proven: proven(-1) }),
  ];
  expect(namesOf(models)).toEqual(['proven', 'larger', 'told', 'slow', 'tight', 'failed']);
});

test('what does not fit, has no room on the disk, takes minutes or is for something else is no help', () => {
  const models = [
    candidate('huge', { fits: 'no' }),
    candidate('crawling', { tokensPerSecond: 2 }),
    candidate('no-room', { sizeBytes: 5e9 }),
    candidate('has-room', { sizeBytes: 5e9, isInstalled: true }),
    candidate('base', { purposes: ['base', 'chat'] }),
    candidate('coder', { purposes: ['code', 'instruct'] }),
  ];
  expect(namesOf(models, 'chat', 4e9)).toEqual(['has-room']);
  expect(namesOf(models, 'code')).toEqual(['coder']);
  expect(namesOf(models, 'tools')).toEqual([]);
});

test('a model that has proven its tier, but not the ability that is wanted, is not called proven', () => {
  const purposes = ['code', 'tools', 'instruct'];
  const models = [
    candidate('proven', { purposes, proven: proven(2, { code: 0.9, tools: 0.5, formats: 0.8 }) }),
    candidate('told', { purposes, tier: 2 }),
  ];
  expect(namesOf(models, 'code')).toEqual(['proven', 'told']);
  expect(namesOf(models, 'json')).toEqual(['proven', 'told']);
  expect(namesOf(models, 'tools')).toEqual(['told', 'proven']);
});

test('the speed is bounded by the cores or by the memory, and follows from the weights that a token reads', () => {
  expect(weightBytesPerSecond(40e9, 2)).toBe(12e9);
  expect(weightBytesPerSecond(40e9, 16)).toBe(34e9);
  expect(estimateTokensPerSecond({ sizeBytes: 1e9, parametersB: 2 }, 12e9)).toBe(12);
  expect(estimateTokensPerSecond({ sizeBytes: 4e9, parametersB: 8, activeParametersB: 1 }, 12e9)).toBe(24);
});
