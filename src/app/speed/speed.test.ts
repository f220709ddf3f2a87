import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ListedModel } from '../../install/choose-installed.ts';
import { createSpeed } from './speed.ts';

/** What a recommendation reckons with: models measured here before anything else. */

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci-speed-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

type Known = Partial<Pick<ListedModel, 'speed' | 'proven' | 'entry' | 'facts'>>;

/** A model on this machine. */
function installed(sizeBytes: number, known: Known = {}): ListedModel {
  return { name: `of ${sizeBytes}`, sizeBytes, ...known } as ListedModel;
}

const benched = (generatedTokensPerSecond: number): Known =>
  ({ speed: { rows: [{ contextTokens: 512, promptTokens: 1, promptTokensPerSecond: 1, generatedTokensPerSecond }] } }) as unknown as Known;
const tested = (tokensPerSecond: number): Known => ({ proven: { tokensPerSecond } }) as unknown as Known;

async function bytesPerSecondWith(...models: ListedModel[]): Promise<{ basis: string; bytesPerSecond: number }> {
  const speed = createSpeed({
    models: { cataloged: async () => [], list: async () => models },
    machine: async () => ({ physicalCores: 2 }),
    directories: { home, state: home },
  } as unknown as Parameters<typeof createSpeed>[0]);
  const { basis, bytesPerSecond } = await speed.recommend();
  return { basis, bytesPerSecond };
}

test('the model that reads most for a token tells the speed: measured by bench, or as a test began', async () => {
  expect(await bytesPerSecondWith(installed(1e8, tested(170)), installed(5e8, tested(60)), installed(1e9, benched(34)))).toEqual({
    basis: 'models',
    bytesPerSecond: 34e9,
  });
  expect(await bytesPerSecondWith(installed(1e8, benched(170)), installed(5e8, tested(60)))).toMatchObject({ bytesPerSecond: 30e9 });
});

test('bench goes before a test of the same model', async () => {
  expect(await bytesPerSecondWith(installed(1e9, { ...benched(20), ...tested(10) }))).toMatchObject({ bytesPerSecond: 20e9 });
});

test('of a mixture of experts those at work are read', async () => {
  const entry = { parametersB: 8, activeParametersB: 1 } as unknown as ListedModel['entry'];
  expect(await bytesPerSecondWith(installed(4e9, { ...benched(30), entry }))).toMatchObject({ bytesPerSecond: 15e9 });
  // So a dense one of a fifth of its size tells more.
  expect(await bytesPerSecondWith(installed(4e9, { ...benched(30), entry }), installed(8e8, benched(25)))).toMatchObject({
    bytesPerSecond: 20e9,
  });
});

test('a mixture of experts that is not in the catalogue tells nothing: how many are at work is not known', async () => {
  const facts = { architecture: 'llama', expertCount: 8 };
  expect(await bytesPerSecondWith(installed(4e9, { ...benched(30), facts }))).toMatchObject({ basis: 'memory' });
  expect(await bytesPerSecondWith(installed(4e9, { ...benched(30), facts }), installed(8e8, benched(25)))).toMatchObject({
    bytesPerSecond: 20e9,
  });
});

test('where no model was measured, or only a tiny one, memory and cores tell it', async () => {
  expect(await bytesPerSecondWith(installed(1e9), installed(1e6, benched(900)))).toMatchObject({ basis: 'memory' });
});
