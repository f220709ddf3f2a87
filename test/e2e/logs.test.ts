import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home[Symbol.asyncDispose]());

const at = (...names: string[]): string => join(home.folder, ...names);

test('without a log the folder is named; after an answer the engine has one', async () => {
  expect(await home.luci(['logs'])).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining(at('logs')) });
  expect(await home.luci(['logs', 'engine'])).toMatchObject({ exitCode: 3, stdout: '' });
  await writeFile(at('tiny.gguf'), tinyGguf());
  await home.luci(['ask', '-m', at('tiny.gguf'), 'hi', '--debug']);
  const facts = JSON.parse((await home.luci(['logs', '--json'])).stdout) as { name: string; lines: string[] }[];
  expect(facts.map(({ name }) => name)).toEqual(['debug', 'engine']);
  expect(facts[0]?.lines.length).toBeGreaterThan(0);
});

test('the newest lines are shown, of a large log too, and nothing in them moves the cursor', async () => {
  await mkdir(at('logs'));
  const lines = Array.from({ length: 30_000 }, (_, index) => `line ${index}`);
  await writeFile(at('logs', 'engine.log'), `${lines.join('\n')}\n\x1b[2Jcleared\n`);
  await writeFile(at('logs', 'debug.log'), 'one\ntwo');
  const ran = await home.luci(['logs', 'engine', '-n', '3']);
  expect(ran.stdout).toBe('line 29998\nline 29999\ncleared\n');
  expect(ran.stderr).toContain(at('logs', 'engine.log'));
  expect((await home.luci(['logs', 'debug'])).stdout).toBe('one\ntwo\n');
  expect((await home.luci(['logs', 'engine'])).stdout.split('\n')).toHaveLength(21);
});
