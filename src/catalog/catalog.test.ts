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
  expect(models.length).toBeGreaterThanOrEqual(232);
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

test('the name a model has on the hub leads to it', async () => {
  const catalog = await loadCatalog({ builtIn });
  expect(canonicalName(catalog, 'Llama-3.2-3B-Instruct')).toBe('llama3.2');
  expect(canonicalName(catalog, 'Llama-3.2-3B-Instruct-GGUF')).toBe('llama3.2');
});

/** The names people know from the first luci, and the entry each must lead to. */
const firstNames: ReadonlyArray<readonly [name: string, entry: string]> = [
  ['codellama', 'codellama'],
  ['code-llama', 'codellama'],
  ['codellama-7b', 'codellama'],
  ['codellama-13b', 'codellama-13b'],
  ['codellama-34b', 'codellama-34b'],
  ['deepseek-coder', 'deepseek-coder'],
  ['deepseek', 'deepseek-coder'],
  ['deepseek-coder-6.7b', 'deepseek-coder'],
  ['deepseek-coder-33b', 'deepseek-coder-33b'],
  ['dolphin', 'dolphin'],
  ['dolphin-mixtral', 'dolphin'],
  ['gemma', 'gemma'],
  ['gemma-7b', 'gemma'],
  ['gemma2', 'gemma2'],
  ['gemma-2-9b', 'gemma2'],
  ['llama2', 'llama2'],
  ['llama-2', 'llama2'],
  ['llama2-7b', 'llama2'],
  ['llama3', 'llama3'],
  ['llama-3', 'llama3'],
  ['llama3-8b', 'llama3'],
  ['llama3.1', 'llama3.1'],
  ['llama-3.1', 'llama3.1'],
  ['llama3.1-8b', 'llama3.1'],
  ['llama3.2', 'llama3.2'],
  ['llama-3.2', 'llama3.2'],
  ['llama3.2-3b', 'llama3.2'],
  ['llama3-70b', 'llama3-70b'],
  ['llama3.1-70b', 'llama3.1-70b'],
  ['mistral-7b', 'mistral'],
  ['mistral', 'mistral'],
  ['mistral-7b-instruct', 'mistral'],
  ['mixtral', 'mixtral'],
  ['mixtral-8x7b', 'mixtral'],
  ['mixtral-8x22b', 'mixtral-8x22b'],
  ['neural-chat', 'neural-chat'],
  ['neural-chat-7b', 'neural-chat'],
  ['nous-hermes', 'nous-hermes'],
  ['nous-hermes-2', 'nous-hermes'],
  ['openchat', 'openchat'],
  ['openchat-3.5', 'openchat'],
  ['orca-2', 'orca-2'],
  ['orca-2-7b', 'orca-2'],
  ['orca-mini', 'orca-mini'],
  ['orca-mini-3b', 'orca-mini'],
  ['phi-2', 'phi-2'],
  ['phi2', 'phi-2'],
  ['phi-3', 'phi-3'],
  ['phi-3-mini', 'phi-3'],
  ['phi3', 'phi-3'],
  ['phind-codellama', 'phind-codellama'],
  ['phind-codellama-34b', 'phind-codellama'],
  ['qwen', 'qwen'],
  ['qwen-7b', 'qwen'],
  ['qwen-14b', 'qwen-14b'],
  ['qwen-72b', 'qwen-72b'],
  ['qwen2', 'qwen2'],
  ['qwen2-7b', 'qwen2'],
  ['qwen2-72b', 'qwen2-72b'],
  ['solar', 'solar'],
  ['solar-10.7b', 'solar'],
  ['stablelm', 'stablelm'],
  ['stablelm-2', 'stablelm'],
  ['starling', 'starling'],
  ['starling-7b', 'starling'],
  ['tinyllama', 'tinyllama'],
  ['tiny', 'tinyllama'],
  ['vicuna', 'vicuna'],
  ['vicuna-7b', 'vicuna'],
  ['wizardcoder', 'wizardcoder'],
  ['wizardcoder-15b', 'wizardcoder'],
  ['wizardcoder-33b', 'wizardcoder-33b'],
  ['wizardlm', 'wizardlm'],
  ['wizardlm-13b', 'wizardlm'],
  ['yi', 'yi'],
  ['yi-6b', 'yi'],
  ['yi-34b', 'yi-34b'],
];

test.each(firstNames)('%s still leads to %s', async (name, entry) => {
  expect(canonicalName(await loadCatalog({ builtIn }), name)).toBe(entry);
});

test('an unknown name is told the nearest three and the next commands', async () => {
  const catalog = await loadCatalog({ builtIn });
  expect(() => requireModel(catalog, 'lama3.2')).toThrow('No model is called lama3.2. Did you mean llama3.2, llama3.1 or llama3?');
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
  expect(models.length).toBeGreaterThanOrEqual(232);
  expect(problems).toHaveLength(1);
});
