import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freeFileName } from './file-names.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci names '));
  await mkdir(join(home, 'models'));
});
afterEach(() => rm(home, { recursive: true }));

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const nameFor = (wanted: string, sha256: string | undefined): Promise<string> =>
  freeFileName(join(home, 'models'), join(home, 'state'), wanted, sha256);

test('a file that is there and not recorded yet, as another luci has just fetched it, keeps its name for its own bytes alone', async () => {
  await writeFile(join(home, 'models', 'tiny.gguf'), 'bytes');
  expect(await nameFor('tiny.gguf', digestOf('bytes'))).toBe('tiny.gguf');
  expect(await nameFor('tiny.gguf', digestOf('others'))).toBe(`tiny.${digestOf('others').slice(0, 8)}.gguf`);
  expect(await nameFor('tiny.gguf', undefined)).toBe('tiny.2.gguf');
  expect(await nameFor('other.gguf', undefined)).toBe('other.gguf');
});
