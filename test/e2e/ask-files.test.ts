import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type OpenAiServer, startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome, type Ran } from './luci-process.ts';

/** Files, a schema and a limit of time for one question. A model elsewhere says back what it was asked. */

let server: OpenAiServer;
let home: Home;
let environment: Record<string, string>;
beforeEach(async () => {
  server = await startOpenAiServer();
  home = await makeHome();
  environment = { TEST_KEY: server.key };
  await home.luci(['remote', 'add', 'box', server.url, '--key-env', 'TEST_KEY']);
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const at = (name: string): string => join(home.folder, name);
const ask = (words: readonly string[], stdin?: string): Promise<Ran> =>
  home.luci(['ask', '-m', 'box/echo', ...words], { environment, stdin });

test('files stand before the question, typed or piped in, each below its name', async () => {
  await writeFile(at('a b.txt'), '\ufefffirst\n');
  await writeFile(at('wide.txt'), Buffer.from('\ufeffsecönd', 'utf16le'));
  const files = ['--file', at('a b.txt'), '--file', at('wide.txt')];
  const stdout = `File ${at('a b.txt')}:\n\nfirst\n\nFile ${at('wide.txt')}:\n\nsecönd\n\nWhich?\n`;
  expect(await ask([...files, 'Which?'])).toMatchObject({ exitCode: 0, stdout });
  expect(await ask(files, 'Which?')).toMatchObject({ exitCode: 0, stdout });
});

test('what cannot stand before a question is refused by its name, and nothing is asked', async () => {
  await writeFile(at('picture.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]));
  await writeFile(at('nul.txt'), 'text\0text');
  await mkdir(at('folder'));
  for (const [name, exitCode, why] of [
    ['picture.png', 2, 'is no text file'],
    ['nul.txt', 2, 'is no text file'],
    ['folder', 2, 'is a folder'],
    ['gone.txt', 3, 'There is no file'],
  ] as const) {
    const ran = await ask(['--file', at(name), 'Which?']);
    expect(ran, name).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr, name).toContain(at(name));
    expect(ran.stderr, name).toContain(why);
  }
  const alone = await ask(['--file', at('nul.txt')]);
  expect(alone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There is no question') });
  expect(server.requests).toEqual([]);
});

test('a file that does not fit the context is named with how much it is and a way out', async () => {
  await writeFile(at('tiny.gguf'), tinyGguf());
  await writeFile(at('long.txt'), 'word '.repeat(3000));
  const ran = await home.luci(['ask', '-m', at('tiny.gguf'), '--file', at('long.txt'), 'Sum it up']);
  expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
  expect(ran.stderr).toMatch(/long\.txt with the question does not fit: The prompt has \d+ tokens/);
});

test('an answer by a schema is its JSON value alone, and with --json the model is named', async () => {
  await writeFile(at('tiny.gguf'), tinyGguf());
  await writeFile(at('s.json'), JSON.stringify({ type: 'object', properties: { ok: { const: true } }, required: ['ok'] }));
  const words = ['ask', '-m', at('tiny.gguf'), 'Is it?', '--schema', at('s.json')];
  expect(await home.luci(words)).toMatchObject({ exitCode: 0, stdout: '{"ok":true}\n' });
  expect(JSON.parse((await home.luci([...words, '--json'])).stdout)).toEqual({ model: at('tiny.gguf'), value: { ok: true } });
});

test('an answer that is no value of the schema ends with 7, and a file that is no schema is named', async () => {
  await writeFile(at('s.json'), '{"type":"object"}');
  await writeFile(at('broken.json'), '{');
  await writeFile(at('odd.json'), '{"type":"nope"}');
  await writeFile(at('list.json'), '[]');
  expect(await ask(['hello', '--schema', at('s.json')])).toMatchObject({
    exitCode: 7,
    stdout: '',
    stderr: expect.stringContaining('no value of the schema'),
  });
  for (const name of ['broken.json', 'odd.json', 'list.json']) {
    const ran = await ask(['hello', '--schema', at(name)]);
    expect(ran, name).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(at(name)) });
  }
});

test('a question that is not answered in time ends with 124 and says what to change; 0 is no limit', async () => {
  // No repetition: that would end the answer.
  server.fault = 'counts';
  const ran = await ask(['hello', '--timeout', '1']);
  expect(ran).toMatchObject({ exitCode: 124, stdout: expect.stringMatching(/^(number \d+ ?)+\n$/) });
  expect(ran.stderr).toContain('There was no whole answer within 1 s.');
  expect(ran.stderr).toContain('--max-tokens');
  server.fault = 'none';
  for (const time of ['0', '60d']) expect(await ask(['hello', '--timeout', time])).toMatchObject({ exitCode: 0, stdout: 'hello\n' });
});
