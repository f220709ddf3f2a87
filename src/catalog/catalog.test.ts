import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { dataPath } from '../base/parts.ts';
import { canonicalName, downloadUrlsOf, requireModel, searchCatalog } from './find-model.ts';
import { checkEntries, loadCatalog, normalName } from './load-catalog.ts';

const builtIn = dataPath('catalog', 'models.json');
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function ownFile(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'luci-catalog-'));
  folders.push(folder);
  await writeFile(join(folder, 'catalog.json'), content);
  return join(folder, 'catalog.json');
}

const madeUp = {
  name: 'made-up-1b',
  aliases: ['madeup'],
  parametersB: 1,
  tier: 0,
  license: 'MIT',
  quantization: 'Q4_0',
  repo: 'owner/made-up',
  file: 'made-up.gguf',
};

test('every entry of the catalogue holds to the schema', () => {
  const { models, problems } = checkEntries(builtIn, JSON.parse(readFileSync(builtIn, 'utf8')));
  expect(problems).toEqual([]);
  expect(models.length).toBeGreaterThanOrEqual(230);
});

test('no name or alias stands for two models', async () => {
  const { models } = await loadCatalog({ builtIn });
  const owners = new Map<string, string>();
  const clashes: string[] = [];
  for (const model of models) {
    for (const name of new Set([model.name, ...model.aliases].map(normalName))) {
      const owner = owners.get(name);
      if (owner && owner !== model.name) clashes.push(`${name}: ${owner}, ${model.name}`);
      owners.set(name, model.name);
    }
  }
  expect(clashes).toEqual([]);
});

test.each(['llama3.2', 'LLAMA3.2', 'llama3.2:3b', 'Llama3.2-3B'])('%s is a spelling of llama3.2', async (spelling) => {
  expect(canonicalName(await loadCatalog({ builtIn }), spelling)).toBe('llama3.2');
});

test('an unknown name is told the nearest three and the next commands', async () => {
  const catalog = await loadCatalog({ builtIn });
  expect(() => requireModel(catalog, 'lama3.2')).toThrow(/^No model is called lama3\.2\. Did you mean llama3\.2, /);
  expect(() => requireModel(catalog, 'lama3.2')).toThrow(
    expect.objectContaining({ code: 'MODEL_UNKNOWN', hint: expect.stringContaining('luci search lama') }),
  );
});

test('one entry in the own file is all it takes to add a model', async () => {
  const catalog = await loadCatalog({ builtIn, own: await ownFile(JSON.stringify([madeUp])) });
  const model = requireModel(catalog, 'MadeUp');
  expect(model.name).toBe('made-up-1b');
  expect(downloadUrlsOf(model)).toEqual(['https://huggingface.co/owner/made-up/resolve/main/made-up.gguf']);
  expect(searchCatalog(catalog, { text: 'made' })).toContain(model);
});

test('a bad entry is reported by name and field, and the good ones stay', async () => {
  const bad = { ...madeUp, name: 'bad', tier: 7 };
  const { models, problems } = await loadCatalog({ builtIn, own: await ownFile(JSON.stringify([bad, madeUp, 3])) });
  expect(models.some((model) => model.name === 'made-up-1b')).toBe(true);
  expect(problems.map(({ entry, message }) => `${entry} ${message}`)).toEqual([
    expect.stringMatching(/^bad "tier": /),
    expect.stringMatching(/^entry 3 /),
  ]);
});

test.each(['{', '{"name": "x"}', ''])('an own file that is %j leaves the catalogue whole', async (content) => {
  const { models, problems } = await loadCatalog({ builtIn, own: await ownFile(content) });
  expect(models.length).toBeGreaterThanOrEqual(230);
  expect(problems).toHaveLength(1);
});
