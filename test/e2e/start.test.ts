import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** A hook that writes down every module the command loads and every file it opens that could hold an engine. */
const hook = `
const { appendFileSync } = require('node:fs');
const Module = require('node:module');
const load = Module._load;
Module._load = function (name, ...rest) {
  appendFileSync(process.env.LOADED_MODULES, name + '\\n');
  return load.call(this, name, ...rest);
};
const open = process.dlopen;
process.dlopen = function (module, file, ...rest) {
  appendFileSync(process.env.LOADED_MODULES, 'native ' + file + '\\n');
  return open.call(this, module, file, ...rest);
};`;

/** A home with the tiny model. */
async function homeWithModel(): Promise<Home> {
  const home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
  return home;
}

/** Runs a command under the {@link hook}: its output, and what it loaded. */
async function watched({ folder, luci }: Home, args: readonly string[]): Promise<{ stdout: string; loaded: readonly string[] }> {
  const hookPath = join(folder, 'hook.cjs');
  const loadedPath = join(folder, 'loaded');
  await writeFile(hookPath, hook);
  const { stdout } = await luci(args, { environment: { NODE_OPTIONS: `--require "${hookPath}"`, LOADED_MODULES: loadedPath } });
  const loaded = (await readFile(loadedPath, 'utf8')).split('\n');
  expect(loaded.length).toBeGreaterThan(3);
  return { stdout, loaded };
}

test('list loads no engine, no native library, nothing of the network, and no editor of lines', async () => {
  await using home = await homeWithModel();
  const { stdout, loaded } = await watched(home, ['list', '--json']);
  expect(JSON.parse(stdout)).toMatchObject([{ name: 'tiny' }]);
  expect(loaded.filter((name) => /llama|engine-host|^native|^node:(net|tty|http2?|https|tls|stream|readline.*)$/.test(name))).toEqual([]);
});

test('a question to an engine that runs loads nothing that starts one', async () => {
  await using home = await homeWithModel();
  expect(await home.luci(['ask', 'hi'])).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  const { stdout, loaded } = await watched(home, ['ask', 'hi']);
  expect(stdout).toBe(`${tinyReply}\n`);
  expect(loaded).toContain('node:net');
  expect(
    loaded.filter((name) => /llama|^native|^node:(child_process|crypto|fs\/promises|http2?|https|tls|stream|readline.*)$/.test(name)),
  ).toEqual([]);
});
