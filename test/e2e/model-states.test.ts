import { createHash } from 'node:crypto';
import { link, mkdir, open, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinySplit } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** One state for a model, whoever put its file there and whatever was read of it, and every command tells the same. */

let home: Home;
let models: string;
beforeEach(async () => {
  home = await makeHome();
  models = join(home.folder, 'models');
  await mkdir(models);
});
afterEach(() => home[Symbol.asyncDispose]());

const stateInList = async (): Promise<Record<string, string>> => {
  const { stdout } = await home.luci(['list', '--json']);
  const listed = JSON.parse(stdout) as { models?: { name: string; state: string }[] } | { name: string; state: string }[];
  return Object.fromEntries((Array.isArray(listed) ? listed : (listed.models ?? [])).map(({ name, state }) => [name, state]));
};

const seconds = 1_700_000_000;

/** Other bytes with size, time and inode as they were, as a disk does it. */
async function overwrite(path: string, bytes: Uint8Array, at = 0): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, at);
  await file.close();
  await utimes(path, seconds, seconds);
}

test('damage that was found is told by list, show, verify, ask, test and the doctor, until a reading finds the bytes right', async () => {
  const path = join(home.folder, 'mine.gguf');
  await writeFile(path, tinyGguf());
  expect((await home.luci(['install', '-y', path, '--copy'])).exitCode).toBe(0);
  expect(await stateInList()).toEqual({ mine: 'recorded' });
  const stored = join(models, 'mine.gguf');
  await utimes(stored, seconds, seconds);
  expect((await home.luci(['verify', 'mine'])).exitCode).toBe(0);
  await overwrite(stored, Buffer.from([0x5a]), (await stat(stored)).size - 1);
  expect((await home.luci(['verify', 'mine'])).exitCode).toBe(6);
  expect(await stateInList()).toEqual({ mine: 'damaged' });
  expect((await home.luci(['list'])).stdout).toContain('damaged');
  expect((await home.luci(['show', 'mine'])).stdout).toMatch(/state\s+enabled, damaged/);
  for (const args of [
    ['ask', '-m', 'mine', 'hi'],
    ['test', 'mine'],
    ['chat', '-m', 'mine'],
  ]) {
    const ran = await home.luci(args, { stdin: 'hi\n' });
    expect(ran, args.join(' ')).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('luci verify --repair mine') });
  }
  expect((await home.luci(['doctor'])).stdout).toContain('mine is damaged');
  await overwrite(stored, tinyGguf());
  expect((await home.luci(['verify', 'mine'])).exitCode).toBe(0);
  expect(await stateInList()).toEqual({ mine: 'recorded' });
});

test.skipIf(process.platform === 'win32')(
  'its path says what its name says, straight, by a link, and by a part of a split model',
  async () => {
    const cache = join(home.folder, 'made');
    await mkdir(cache);
    const names = tinySplit().map((_, index, all) => `big-0000${index + 1}-of-0000${all.length}.gguf`);
    for (const [index, part] of tinySplit().entries()) await writeFile(join(cache, names[index] ?? ''), part);
    expect((await home.luci(['install', '-y', join(cache, names[0] ?? ''), '--copy'])).exitCode).toBe(0);
    const paths = names.map((name) => join(models, name));
    const [, second = ''] = paths;
    const told = async (path: string): Promise<unknown> =>
      (JSON.parse((await home.luci(['show', path, '--json'])).stdout) as { installed: { state: string } | null }).installed?.state;
    for (const path of paths) expect(await told(path)).toBe('recorded');
    await utimes(second, seconds, seconds);
    expect((await home.luci(['verify', 'big'])).exitCode).toBe(0);
    await overwrite(second, Buffer.from([0x5a]), (await stat(second)).size - 1);
    expect((await home.luci(['verify', 'big'])).exitCode).toBe(6);
    await symlink(second, join(home.folder, `a-link-00002-of-0000${names.length}.gguf`));
    await link(second, join(home.folder, 'hard.gguf'));
    for (const path of [...paths, join(home.folder, `a-link-00002-of-0000${names.length}.gguf`), join(home.folder, 'hard.gguf')]) {
      expect(await told(path), path).toBe('damaged');
      expect((await home.luci(['show', path])).stdout, path).toMatch(/installed +as big\nstate +enabled, damaged\nproblem +Its bytes/);
    }
    expect((await home.luci(['llm', 'disable', 'big'])).exitCode).toBe(0);
    for (const path of [...paths, join(home.folder, 'hard.gguf')])
      for (const args of [
        ['ask', '-m', path, 'hi'],
        ['chat', path],
        ['embed', '-m', path, 'hi'],
        ['do', '--root', cache, '-m', path, 'hi'],
        ['run', path, 'hi'],
      ]) {
        const ran = await home.luci(args, { stdin: 'hi\n' });
        expect(ran, args.join(' ')).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('luci verify --repair big') });
      }
    // The file it was copied from is another file, and whole; a path that is no model's says of itself what is wrong.
    expect(await told(join(cache, names[0] ?? ''))).toBeUndefined();
    expect((await home.luci(['ask', '-m', join(cache, names[0] ?? ''), 'hi'])).exitCode).toBe(0);
    expect((await home.luci(['ask', '-m', join(home.folder, 'gone.gguf'), 'hi'])).exitCode).toBe(3);
  },
);

test('a file that lies in the folder and is named to install is read and recorded under the name it has', async () => {
  await writeFile(join(models, 'dropped.gguf'), tinyGguf());
  expect(await stateInList()).toEqual({ dropped: 'not verified' });
  expect((await home.luci(['install', '-y', join(models, 'dropped.gguf')])).exitCode).toBe(0);
  expect(await stateInList()).toEqual({ dropped: 'recorded' });
});

test.skipIf(process.platform === 'win32')(
  'a link into the cache of another program is called by the link, not by the digest it leads to',
  async () => {
    const bytes = tinyGguf();
    const cache = join(home.folder, 'cache');
    await mkdir(join(cache, 'blobs'), { recursive: true });
    await mkdir(join(cache, 'snapshots', 'main'), { recursive: true });
    const blob = createHash('sha256').update(bytes).digest('hex');
    await writeFile(join(cache, 'blobs', blob), bytes);
    await symlink(join('..', '..', 'blobs', blob), join(cache, 'snapshots', 'main', 'Nice-Model.gguf'));
    expect((await home.luci(['install', '-y', join(cache, 'snapshots', 'main', 'Nice-Model.gguf')])).exitCode).toBe(0);
    expect(await stateInList()).toEqual({ 'Nice-Model': 'recorded' });
    // The bytes are there once more, so nothing of the cache is needed.
    await rm(cache, { recursive: true });
    expect((await home.luci(['verify', 'Nice-Model'])).exitCode).toBe(0);
  },
);

test.skipIf(process.platform === 'win32')(
  'all parts of a split model are found beside the link to one, and named once, whichever part is named',
  async () => {
    const cache = join(home.folder, 'cache');
    await mkdir(join(cache, 'blobs'), { recursive: true });
    const parts = tinySplit();
    for (const [index, part] of parts.entries()) {
      await writeFile(join(cache, 'blobs', `digest-${index}`), part);
      await symlink(join('blobs', `digest-${index}`), join(cache, `big-0000${index + 1}-of-0000${parts.length}.gguf`));
    }
    const ran = await home.luci(['install', '-y', join(cache, `big-00002-of-0000${parts.length}.gguf`)]);
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(await stateInList()).toEqual({ big: 'recorded' });
  },
);

test.skipIf(process.platform === 'win32')(
  'a linked file in the folder has a state like any other, and one whose target is gone says so',
  async () => {
    const target = join(home.folder, 'elsewhere.gguf');
    await writeFile(target, tinyGguf());
    await symlink(target, join(models, 'linked.gguf'));
    await link(target, join(models, 'hard.gguf'));
    expect((await home.luci(['verify'])).exitCode).toBe(0);
    expect(await stateInList()).toEqual({ hard: 'recorded', linked: 'recorded' });
    await rename(target, `${target}.away`);
    expect(await stateInList()).toMatchObject({ hard: 'recorded', linked: 'broken' });
    expect((await home.luci(['ask', '-m', 'linked', 'hi'])).exitCode).toBe(6);
    expect((await home.luci(['remove', '-y', 'linked'])).exitCode).toBe(0);
    expect(await stateInList()).toEqual({ hard: 'recorded' });
  },
);
