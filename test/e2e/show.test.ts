import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aboutModel } from '../../src/catalog/about-model.ts';
import { loadCatalog } from '../../src/catalog/load-catalog.ts';
import { licenceAddress, readLicences, readReleases } from '../../src/catalog/published-facts.ts';
import { type Home, makeHome } from './luci-process.ts';

/** `luci show` of a model of the catalogue: what it is good for, when it came out, and where its terms are. */

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home[Symbol.asyncDispose]());

const shown = async (name: string): Promise<string> => (await home.luci(['show', name])).stdout.replaceAll(/ +/g, ' ');

test.each([
  ['llama3.2', 'Answers questions and follows instructions in many languages, calls tools; for everyday tasks (tier 1).', '2024-09'],
  ['qwen2.5-coder-1.5b', 'Writes and explains code; for short, plain tasks (tier 0).', '2024-09'],
  ['starcoder2-7b', 'Completes code, and is not made to chat; for harder tasks, such as bugs, SQL and long texts (tier 2).', '2024-02'],
  [
    'qwq',
    'Thinks before it answers in many languages; for demanding tasks, such as changes over several files and puzzles (tier 3).',
    '2025-03',
  ],
  ['gemma3-270m-base', 'Continues a text; it does not answer questions.', '2025-08'],
])('%s: %s', async (name, about, released) => {
  expect(await shown(name)).toContain(`about ${about}\n`);
  expect(await shown(name)).toContain(`released ${released}\n`);
  expect(JSON.parse((await home.luci(['show', name, '--json'])).stdout)).toMatchObject({ about, released });
});

test('the terms have an address: that of the licence, or of the repository where only that names them', async () => {
  expect(await shown('llama3.2')).toContain('licence llama3.2, https://www.llama.com/llama3_2/license/\n');
  expect(await shown('mythomax')).toContain('licence other, https://huggingface.co/TheBloke/MythoMax-L2-13B-GGUF\n');
  expect(JSON.parse((await home.luci(['show', 'phi-4', '--json'])).stdout)).toMatchObject({
    licenseUrl: 'https://opensource.org/license/mit',
  });
});

test('a model of one’s own has what is known of it, and no more', async () => {
  const own = {
    name: 'mine',
    parametersB: 1,
    tier: 1,
    license: 'toString',
    quantization: 'Q4_0',
    repo: 'me/mine',
    file: 'mine.gguf',
    purposes: ['poems'],
  };
  await writeFile(join(home.folder, 'catalog.json'), JSON.stringify([own]));
  const text = await shown('mine');
  expect(text).toContain('licence toString, https://huggingface.co/me/mine\n');
  expect(text).not.toMatch(/^(about|released) /m);
});

test('the catalogue has a sentence and terms for each model; dates are of its models, each once', async () => {
  const { models, byNormalName } = await loadCatalog();
  expect(models.filter((model) => !aboutModel(model) || !licenceAddress(model)).map(({ name }) => name)).toEqual([]);
  const dated = readReleases().flatMap((release) => release.models);
  expect(dated.filter((name) => byNormalName(name)?.name !== name)).toEqual([]);
  expect(new Set(dated).size).toBe(dated.length);
  expect(readReleases().filter(({ released }) => !/^20\d\d-(0[1-9]|1[0-2])$/.test(released))).toEqual([]);
  const used = new Set(models.map(({ license }) => license));
  expect(Object.keys(readLicences()).filter((license) => !used.has(license))).toEqual([]);
  expect([...used].filter((license) => !Object.hasOwn(readLicences(), license))).toEqual(['other']);
});
