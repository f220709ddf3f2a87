import { expect, test } from 'vitest';
import { loadCatalog } from '../catalog/load-catalog.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import { chooseEmbedding, chooseUnnamed, chooseWithoutComparing, type ListedModel } from './choose-installed.ts';

function installed(name: string, more: Partial<InstalledModel> = {}): InstalledModel {
  const facts = { architecture: 'llama', parametersB: 1 };
  const state = { verified: false, vouched: false, enabled: true, isDefault: false, installedAt: '2026-01-01T00:00:00Z' };
  return { name, path: `/models/${name}.gguf`, files: [], sizeBytes: 1, facts, ...state, ...more };
}

test.each([
  ['the only model', [installed('a')], 'a'],
  ['the default of several', [installed('a'), installed('b', { isDefault: true })], 'b'],
  ['the only one that is enabled', [installed('a', { enabled: false }), installed('b')], 'b'],
  ['the only one that is whole', [installed('a', { problem: 'cut short' }), installed('b')], 'b'],
  ['none of two, which are to be compared', [installed('a'), installed('b')], undefined],
  ['no default that is disabled', [installed('a', { isDefault: true, enabled: false }), installed('b'), installed('c')], undefined],
  ['none where there is none', [], undefined],
])('chosen without the catalogue: %s', (_, models, name) => {
  expect(chooseWithoutComparing(models)?.name).toBe(name);
});

const listed = (name: string, parametersB: number, more: Partial<ListedModel> = {}): ListedModel => ({
  ...installed(name, { facts: { architecture: 'llama', parametersB } }),
  entry: undefined,
  proven: undefined,
  memoryBytes: 1,
  fits: 'yes',
  ...more,
});

test('of several models the one of the highest tier that fits, and the default before it', () => {
  const models = [listed('small', 1), listed('large', 8), listed('huge', 70, { fits: 'no' })];
  expect(chooseUnnamed(models).name).toBe('large');
  expect(chooseUnnamed([...models, listed('mine', 0.1, { isDefault: true })]).name).toBe('mine');
});

test.each([
  ['none is there', [], 'MODEL_NOT_INSTALLED', 'No model is installed.'],
  ['all are disabled', [listed('a', 1, { enabled: false })], 'MODEL_DISABLED', 'All installed models are disabled.'],
  ['the only one is no model', [listed('a', 1, { problem: 'It is cut short.' })], 'GGUF_BROKEN', 'a cannot be used. It is cut short.'],
  [
    'one is disabled, and the other has other bytes than were installed',
    [listed('a', 1, { enabled: false }), listed('b', 1, { damaged: true, problem: 'Its digest differs.' })],
    'DIGEST_MISMATCH',
    'b is damaged. Its digest differs.',
  ],
] as const)('where no model can be used it is said why: %s', (_, models, code, message) => {
  expect(() => chooseUnnamed(models)).toThrow(expect.objectContaining({ code, message }));
});

test.each([
  ['one that was fetched can be fetched again', { vouched: true }, 'luci verify --repair a'],
  ['one of a known source too', { source: { kind: 'url', url: 'https://models.example/a.gguf' } }, 'luci verify --repair a'],
  ['a file of ones own cannot', {}, 'luci remove a'],
] as const)('what to do with a model that is cut short: %s', (_, more, hint) => {
  expect(() => chooseUnnamed([listed('a', 1, { problem: 'It is cut short.', ...more } as Partial<ListedModel>)])).toThrow(
    expect.objectContaining({ hint }),
  );
});

test('a base model, which answers nobody, is chosen only where there is no other', async () => {
  const entry = (await loadCatalog()).byNormalName('gemma3-270m-base');
  const base = listed('gemma3-270m-base', 0.27, { entry });
  expect(base.entry?.purposes).toEqual(['base']);
  expect(chooseUnnamed([base, listed('small', 0.1, { fits: 'no' })]).name).toBe('small');
  expect(chooseUnnamed([base, { ...base, name: 'other' }]).name).toBe('gemma3-270m-base');
});

test('a model that makes no text is the last to be asked, and the first for vectors', () => {
  const kinds = { embedding: 'embedding', reranker: 'reranker', base: 'base' } as const;
  const of = (kind: keyof typeof kinds, parametersB: number): ListedModel =>
    listed(kind, parametersB, { facts: { architecture: 'llama', parametersB, kind: kinds[kind] } });
  const all = [of('embedding', 8), of('reranker', 8), of('base', 0.3)];
  expect(chooseUnnamed([...all, listed('small', 0.1, { fits: 'no' })]).name).toBe('small');
  expect(chooseUnnamed(all).name).toBe('base');
  expect(chooseEmbedding([...all, listed('small', 0.1)])?.name).toBe('embedding');
  expect(chooseEmbedding([listed('small', 0.1)])).toBeUndefined();
});
