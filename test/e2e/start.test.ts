import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { makeHome } from './luci-process.ts';

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

test('list loads no engine, no native library, and nothing of the network', async () => {
  await using home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
  const hookPath = join(home.folder, 'hook.cjs');
  const loadedPath = join(home.folder, 'loaded');
  await writeFile(hookPath, hook);
  const environment = { NODE_OPTIONS: `--require "${hookPath}"`, LOADED_MODULES: loadedPath };
  const ran = await home.luci(['list', '--json'], { environment });
  expect(JSON.parse(ran.stdout)).toMatchObject([{ name: 'tiny' }]);
  const loaded = (await readFile(loadedPath, 'utf8')).split('\n');
  expect(loaded.length).toBeGreaterThan(3);
  expect(loaded.filter((name) => /llama|engine-host|^native|^node:(http2?|https|tls)$/.test(name))).toEqual([]);
});
