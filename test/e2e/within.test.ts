import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome, type Ran } from './luci-process.ts';

/** `luci ask --within` as a program meets it. How the time is shared out is held by src/assistant/deadline; how well it is kept, by by-hand.ts. */

let server: OpenAiServer;
let home: Home;
beforeEach(async () => {
  server = await startOpenAiServer();
  home = await makeHome();
  await home.luci(['remote', 'add', 'box', server.url, '--key-env', 'TEST_KEY']);
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const ask = (...words: readonly string[]): Promise<Ran> =>
  home.luci(['ask', '-m', 'box/echo', ...words], { environment: { TEST_KEY: server.key } });

test('an answer that has the time is whole, and --json says that nothing was given up', async () => {
  expect(await ask('--within', '60s', 'One. Two.')).toMatchObject({ exitCode: 0, stdout: 'One. Two.\n', stderr: '' });
  const { stdout } = await ask('--within', '60s', '--json', 'One. Two.');
  const { text, reason, within } = JSON.parse(stdout) as Record<string, unknown>;
  expect({ text, reason, within }).toEqual({ text: 'One. Two.', reason: 'stop', within: { seconds: 60, textTokens: 0, readTokens: 0 } });
});

test('a text that no context holds is cut without --fit, and the end that it names is kept', async () => {
  const path = join(home.folder, 'long.txt');
  await writeFile(path, Array.from({ length: 3000 }, (_, index) => `line ${index + 1} of the file\n`).join(''));
  const head = await ask('--within', '60s', '--context', '1024', '-f', path, 'Which?');
  expect(head.stderr).toMatch(/within 60 s: (at most [\d,]+ tokens, )?the first [\d,]+ of [\d,]+ tokens of the text\n$/);
  expect(head.stdout).toMatch(/line 1 of the file[\s\S]*\[left out here: \d+ of \d+ characters\]\n\nWhich\?\n$/);
  const tail = await ask('--within', '60s', '--context', '1024', '-f', path, '--fit', 'tail', '--json', 'Which?');
  const { text, within } = JSON.parse(tail.stdout) as { text: string; within: { textTokens: number; readTokens: number } };
  expect(text).toMatch(/^\[left out here[\s\S]*line 3000 of the file/);
  expect(within.readTokens).toBeLessThan(within.textTokens);
  expect(tail.stderr).toContain('the last ');
});

test('what has come when the time is over is the answer; no word of one is an error', async () => {
  server.fault = 'silent';
  expect(await ask('--within', '2s', 'Hello')).toMatchObject({
    exitCode: 124,
    stdout: '',
    stderr: expect.stringContaining('There was no word of an answer within 2 s.'),
  });
  server.fault = 'counts';
  const cut = await ask('--within', '2s', 'Hello. ');
  expect(cut).toMatchObject({ exitCode: 0, stderr: 'cut after 2 s, in its first sentence\n' });
  expect(cut.stdout.length).toBeGreaterThan(0);
});

test.each([
  [['--within', '0'], 'leaves no time'],
  [['--within', '5s', '--timeout', '5s'], '--within and --timeout do not go together'],
  [['--within', '5s', '--raw'], '--within and --raw do not go together'],
  [['--within', '5s', '--fit', 'map'], 'not both'],
  [['--within', 'soon'], '--within'],
])('%j is refused before anything is asked', async (flags, why) => {
  expect(await ask(...flags, 'Hello')).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(why) });
  expect(server.requests).toEqual([]);
});
