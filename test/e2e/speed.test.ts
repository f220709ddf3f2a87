import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** `luci bench` and `luci recommend` as programs meet them. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
});
afterEach(() => home[Symbol.asyncDispose]());

async function json(...args: string[]): Promise<unknown> {
  const { stdout, stderr, exitCode } = await home.luci([...args, '--json']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return JSON.parse(stdout);
}

test('bench measures through the engine, and list has it as long as the bytes are the same', async () => {
  const positive = expect.any(Number);
  const measured = await json('bench', 'tiny');
  expect(measured).toMatchObject({ model: 'tiny', engine: expect.stringMatching(/^embedded /), rows: [{ contextTokens: 512 }] });
  const { rows, at, engine } = measured as { rows: readonly unknown[]; at: string; engine: string };
  expect(rows[0]).toMatchObject({ promptTokens: positive, promptTokensPerSecond: positive });
  expect(await json('list')).toMatchObject([{ name: 'tiny', speed: { rows, at, engine } }]);
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf({ chatTemplate: '{{ messages[0].content }}' }));
  expect(await json('list')).toMatchObject([{ name: 'tiny', speed: null }]);
});

test('bench without a model, and of one that is not there, says what to do', async () => {
  expect(await home.luci(['bench', 'nothing-like-it'])).toMatchObject({ exitCode: 3, stdout: '' });
  expect(await home.luci(['bench', 'tiny'])).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/context.*\n +512 /) });
});

test('recommend names three models with the command that brings them, and measures the memory once', async () => {
  const chat = (await json('recommend')) as { models: { name: string; command: string; tokensPerSecond: number; fits: string }[] };
  expect(chat).toMatchObject({ for: 'chat', basis: 'memory' });
  expect(chat.models.length).toBeLessThanOrEqual(3);
  for (const { name, command, tokensPerSecond, fits } of chat.models) {
    expect(command).toBe(`luci install ${name}`);
    expect(tokensPerSecond).toBeGreaterThanOrEqual(3);
    expect(fits).not.toBe('no');
  }
  const path = join(home.folder, 'state', 'speed.json');
  const kept = await readFile(path, 'utf8');
  const lines = await home.luci(['recommend', '--for', 'code']);
  expect(lines.stdout.trimEnd().split('\n')).toHaveLength(3);
  expect(lines.stdout).toMatch(/tier \d +~?[\d.]+ [MG]B +about \d+ tokens\/s +luci install \S+/);
  expect(await readFile(path, 'utf8')).toBe(kept);
  expect(await home.luci(['recommend', '--for', 'poems'])).toMatchObject({ exitCode: 2, stdout: '' });
});

test('a home whose record of speeds is garbage measures anew', async () => {
  await mkdir(join(home.folder, 'state'), { recursive: true });
  await writeFile(join(home.folder, 'state', 'speed.json'), '{"version":1,"models":[]');
  expect(await json('list')).toMatchObject([{ name: 'tiny', speed: null }]);
  expect(await json('recommend')).toMatchObject({ basis: 'memory' });
});
