import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lock } from '../base/lock.ts';
import { listLeftovers, removeLeftovers } from './clean.ts';

/** What is in use stays, under whatever name it lies there; what nobody uses goes. */

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci clean '));
});
afterEach(() => rm(folder, { recursive: true }));

const key = 'a'.repeat(64);

test.each([
  ['data', `${key}.part`, key],
  ['a journal', `${key}.json`, key],
  ['a journal that is being written', `${key}.json.1x-2y-3z.tmp`, key],
  ['a folder of wheels', `${key}.work`, key],
  ['a part that waits for the others', 'whole-model-00001-of-00002.gguf', 'whole-model-00001-of-00002.gguf'],
  ['a file that is being taken over', 'import-12-model.gguf', 'import-12-model.gguf'],
])('%s is left alone while its lock is held, and removed after', async (_, name, lockName) => {
  const path = join(folder, name);
  if (name.endsWith('.work')) await mkdir(path);
  else await writeFile(path, 'bytes');
  const held = await lock(join(folder, `${lockName}.lock`));
  expect(await removeLeftovers(folder, await listLeftovers(folder))).toEqual([]);
  expect(await readdir(folder)).toContain(name);
  await held[Symbol.asyncDispose]();
  await removeLeftovers(folder, await listLeftovers(folder));
  expect(await readdir(folder)).toEqual([]);
});
