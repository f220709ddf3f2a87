import { expect, test } from 'vitest';
import { advisedSampling, readAdvice, withAdvice } from './advised-sampling.ts';
import { loadCatalog } from './load-catalog.ts';

test('every advice is for models of the catalogue, one each, and of values that can be', async () => {
  const catalog = await loadCatalog();
  const names = readAdvice().flatMap(({ models }) => models);
  expect(names.filter((name) => catalog.byNormalName(name)?.name !== name)).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  for (const { sampling } of readAdvice()) {
    const { temperature = 1, topP = 1, topK = 1, minP = 0, repeatPenalty = 1, ...unknown } = sampling;
    expect(unknown).toEqual({});
    expect([
      temperature > 0,
      temperature <= 1.5,
      topP > 0,
      topP <= 1,
      Number.isInteger(topK),
      minP < 0.5,
      repeatPenalty < 1.5,
    ]).not.toContain(false);
  }
});

test('what a person asks for wins, and temperature 0 is the likeliest token and nothing else', () => {
  expect(withAdvice('qwen3-8b', { temperature: undefined })).toEqual({ temperature: 0.6, topP: 0.95, topK: 20, minP: 0 });
  expect(withAdvice('qwen3-8b', { temperature: 1.2, topP: 0.5 })).toEqual({ temperature: 1.2, topP: 0.5, topK: 20, minP: 0 });
  expect(withAdvice('qwen3-8b', { temperature: 0 })).toEqual({ temperature: 0 });
  expect(withAdvice('smollm2-135m', { temperature: undefined })).toEqual({});
  expect(advisedSampling('box/qwen3-8b')).toBeUndefined();
});
