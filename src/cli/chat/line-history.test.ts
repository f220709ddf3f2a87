import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { maxLines, openLineHistory } from './line-history.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci history '));
  path = join(folder, 'state', 'chat-history');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function add(...lines: readonly string[]): Promise<void> {
  await using history = await openLineHistory(path);
  for (const line of lines) history.add(line);
}

async function lines(): Promise<readonly string[]> {
  await using history = await openLineHistory(path);
  return history.lines;
}

test('lines come back, the newest first, from a file of this user alone', async () => {
  await add('one', 'two', 'two', 'three "quoted"');
  expect(await lines()).toEqual(['three "quoted"', 'two', 'one']);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('the file stays bounded, and pasted text is not kept', async () => {
  await add('x'.repeat(3000));
  expect(await lines()).toEqual([]);
  await add(...Array.from({ length: maxLines * 2 + 5 }, (_, index) => `line ${index}`));
  expect(await lines()).toHaveLength(maxLines);
  // Made shorter when it was read.
  expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(maxLines);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await lines())[0]).toBe(`line ${maxLines * 2 + 4}`);
});

test('two chats at once lose none of their lines', async () => {
  await using one = await openLineHistory(path);
  await using two = await openLineHistory(path);
  one.add('of one');
  two.add('of two');
  await one[Symbol.asyncDispose]();
  await two[Symbol.asyncDispose]();
  expect([...(await lines())].sort()).toEqual(['of one', 'of two']);
});

test('what is no line is passed over, and nothing in one is obeyed', async () => {
  await add('good');
  await writeFile(path, `no json\n{"a":1}\n"go\\u001b[2Jod\\rmore"\n`);
  expect(await lines()).toEqual(['good more'.replace(' ', '')]);
});
