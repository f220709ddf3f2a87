import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What plain JavaScript may give to the built library: a wrong value is USAGE before anything is touched. */

type Library = typeof import('../../src/index.ts');

let library: Library;
let home: string;
beforeAll(async () => {
  library = (await import(pathToFileURL(join(import.meta.dirname, '..', '..', 'dist', 'index.js')).href)) as Library;
  home = await mkdtemp(join(tmpdir(), 'luci arguments '));
});
afterAll(() => rm(home, { recursive: true }));

type Any = Record<string, (...given: unknown[]) => unknown>;
const luci = () => library.createLuci(library.defaultSettings({ home, offline: true }));

test.each<[string, (of: ReturnType<typeof luci>) => unknown]>([
  ['open(5)', ({ open }) => (open as Any[string])(5)],
  ['open with a context of -5', ({ open }) => open('x', { contextLength: -5 })],
  ['open with half a thread', ({ open }) => open('x', { threads: 0.5 })],
  ['open with options that are a text', ({ open }) => (open as Any[string])('x', 'y')],
  ['agent with a number for a model', ({ agent }) => (agent as Any[string])({ model: 5 })],
  ['agent with a temperature below nothing', ({ agent }) => agent({ sampling: { temperature: -1 } })],
  ['builtInTools without a folder', ({ builtInTools }) => (builtInTools as Any[string])()],
  ['describe without a name', ({ describe }) => (describe as Any[string])()],
  ['models.describe of null', ({ models }) => (models as unknown as Any)['describe']?.(null)],
  ['models.choose of a list', ({ models }) => (models as unknown as Any)['choose']?.(['x'])],
  ['resolve of one text', ({ resolve }) => (resolve as Any[string])('llama3.2')],
  ['targets of numbers', ({ targets }) => (targets as Any[string])([5])],
  ['installs.prepare without names', ({ installs }) => (installs as unknown as Any)['prepare']?.()],
  ['plan of names', ({ plan }) => (plan as Any[string])(['llama3.2'])],
  ['install of a name', ({ install }) => (install as Any[string])('llama3.2')],
  ['importFile without a path', ({ importFile }) => (importFile as Any[string])()],
  ['verify without a name', ({ verify }) => (verify as Any[string])()],
  ['repair of a name', ({ repair }) => (repair as Any[string])('x')],
  ['an endpoint without an address', ({ remotes }) => (remotes as unknown as Any)['add']?.({ name: 'box' })],
  ['no endpoint', ({ remotes }) => (remotes as unknown as Any)['add']?.()],
  ['test with a text for models', ({ test: run }) => (run as Any[string])({ models: 'x' })],
  ['test of tier 9', ({ tests }) => (tests as unknown as Any)['run']?.({ tier: 9 })],
  ['a chat without options', ({ chats }) => (chats as unknown as Any)['begin']?.()],
  ['stop of a number', ({ engine }) => (engine as unknown as Any)['stop']?.(5)],
])('%s', async (_, call) => {
  await using made = luci();
  const refused = (async () => call(made))();
  await expect(refused).rejects.toMatchObject({ code: 'USAGE', hint: expect.stringContaining('docs/library.md') });
  // Neither an engine process nor a record of anything.
  expect(await readdir(home)).toEqual([]);
});

test.each([
  ['null', null],
  ['a number', 5],
  ['a name that is a number', { modelName: 5 }],
  ['"model", which agents of a luci take', { model: 'smollm2-135m' }],
  ['settings that are a text', { settings: '/a/home' }],
  ['settings without a home', { settings: {} }],
])('new LlamafileAgent with %s', (_, options) => {
  expect(() => new library.LlamafileAgent(options as never)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test('createLuci takes whole settings only', () => {
  for (const settings of [{}, 5, null, { home: 7 }])
    expect(() => library.createLuci(settings as never)).toThrow(/^Settings must come from defaultSettings/);
});
