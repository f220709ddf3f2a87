import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** What else can lie in the folder of models, and files whose bytes are known. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
});
afterEach(() => home[Symbol.asyncDispose]());

test.skipIf(process.platform === 'win32')('a link in a circle is a row with its reason, and the other models work', async () => {
  await writeFile(join(home.folder, 'models', 'good.gguf'), tinyGguf());
  await symlink('loop.gguf', join(home.folder, 'models', 'loop.gguf'));
  const { exitCode, stdout } = await home.luci(['list', '--json']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/"loop"/);
  expect((await home.luci(['ask', '-m', 'good', 'hi'])).exitCode).toBe(0);
});

test('a copy of a model that is there changes nothing of it', async () => {
  const first = join(home.folder, 'first.gguf');
  const copy = join(home.folder, 'Copy.gguf');
  await writeFile(first, tinyGguf());
  await copyFile(first, copy);
  expect((await home.luci(['install', '-y', first])).exitCode).toBe(0);
  const before = await readFile(join(home.folder, 'state', 'index.json'), 'utf8');
  expect((await home.luci(['install', '-y', copy])).exitCode).toBe(0);
  expect(await readFile(join(home.folder, 'state', 'index.json'), 'utf8')).toBe(before);
  expect((await home.luci(['list', '-q'])).stdout).toBe('first\n');
});

test('an own file called like an alias of the catalogue is not held to the pin of that model', async () => {
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
  const { exitCode, stdout } = await home.luci(['verify', 'tiny']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('tiny') });
});
