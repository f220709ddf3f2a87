import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
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

test.each(['tiny', 'Llama3.2', 'llama3.2', 'Llama-3.2-3B-Instruct'])(
  'an own file called %s, as a model of the catalogue is, is itself in every listing',
  async (called) => {
    await writeFile(join(home.folder, 'models', `${called}.gguf`), tinyGguf());
    const shown = await home.luci(['show', called, '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: called, installed: { parametersB: 0.000676992, tier: null, purposes: [] } });
    expect(JSON.parse(shown.stdout)).not.toHaveProperty('license');
    expect(JSON.parse((await home.luci(['list', '--json'])).stdout)).toMatchObject([{ name: called, tier: null }]);
    expect((await home.luci(['search', 'llama3.2', '--json'])).stdout).not.toContain('"enabled":true');
    expect((await home.luci(['ask', '-m', called, 'hi'])).stdout).toBe(`${tinyReply}\n`);
  },
);

test.skipIf(process.platform === 'win32')('what cannot be read is a row of verify with its reason; a repair claims nothing', async () => {
  await writeFile(join(home.folder, 'models', 'good.gguf'), tinyGguf());
  await symlink('loop.gguf', join(home.folder, 'models', 'loop.gguf'));
  await symlink('/nowhere/at/all', join(home.folder, 'models', 'gone.gguf'));
  const ran = await home.luci(['verify', '--all']);
  expect(ran).toMatchObject({ exitCode: 6, stderr: 'gone, loop: no usable model.\n  luci remove gone loop\n' });
  expect(ran.stdout).toMatch(/✗ gone .*There is no file[\s\S]*✓ good [\s\S]*✗ loop /);
  const repaired = await home.luci(['verify', '--repair', 'gone']);
  expect(repaired).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('gone cannot be repaired') });
  expect(repaired.stdout).not.toContain('repaired, sha256');
});
