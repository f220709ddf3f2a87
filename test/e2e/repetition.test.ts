import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { startOpenAiServer } from '../fixtures/openai-server.ts';
import { type Home, makeHome } from './luci-process.ts';

/** Models that repeat themselves without end: ended, told on stderr and in `reason`, with the answer as far as it came. */

let home: Home;
let model: string;
beforeEach(async () => {
  home = await makeHome();
  model = join(home.folder, 'repeats.gguf');
  await writeFile(model, tinyGguf({ repeats: true }));
});
afterEach(() => home[Symbol.asyncDispose]());

const note = /^ended at \d+ tokens: the model repeats itself without end\n$/;

test('ask and chat end the answer and say so once, and the next message is answered', async () => {
  const asked = await home.luci(['ask', 'hi', '-m', model]);
  expect(asked).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(note) });
  expect(asked.stdout.length).toBeGreaterThan(400);
  expect(asked.stdout.length).toBeLessThan(700);
  expect(asked.stdout.startsWith(tinyReply.repeat(12))).toBe(true);
  expect(await home.luci(['ask', 'hi', '-m', model, '-q'])).toEqual({ ...asked, stderr: '' });
  const chat = await home.luci(['chat', '-m', model, '--temperature', '0'], { stdin: 'hi\nagain\n' });
  expect(chat.exitCode).toBe(0);
  expect(chat.stderr.match(/the model repeats itself/g)).toHaveLength(2);
});

test('a program reads the reason, and an answer with a limit below is left alone', async () => {
  const json = JSON.parse((await home.luci(['ask', 'hi', '-m', model, '--json'])).stdout) as { text: string };
  expect(json).toMatchObject({ reason: 'repetition', usage: { generatedTokens: expect.any(Number) } });
  const chat = await home.luci(['chat', '-m', model, '--json', '--temperature', '0'], { stdin: 'hi\n' });
  expect(JSON.parse(chat.stdout)).toMatchObject({ reason: 'repetition', text: json.text });
  const short = await home.luci(['ask', 'hi', '-m', model, '--json', '--max-tokens', '40']);
  expect(JSON.parse(short.stdout)).toMatchObject({ reason: 'length' });
});

test('thinking that repeats itself is ended too', async () => {
  const chatTemplate = "{% for message in messages %}{{ message['content'] }}{% endfor %}{{ '<think>\n' }}";
  await writeFile(model, tinyGguf({ repeats: true, chatTemplate }));
  const asked = JSON.parse((await home.luci(['ask', 'hi', '-m', model, '--json'])).stdout) as { thinking: string };
  expect(asked).toMatchObject({ reason: 'repetition', text: '' });
  expect(asked.thinking.length).toBeLessThan(700);
  expect((await home.luci(['ask', 'hi', '-m', model])).stderr).toMatch(note);
});

test('an endpoint elsewhere is not listened to any longer', async () => {
  await using server = await startOpenAiServer();
  server.fault = 'repeats';
  const environment = { TEST_KEY: server.key };
  await home.luci(['remote', 'add', 'box', server.url, '--key-env', 'TEST_KEY']);
  const asked = await home.luci(['ask', '-m', 'box/echo', 'over and over'], { environment });
  expect(asked).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(note) });
  expect(asked.stdout).toMatch(/^(over and over ){29}/);
});
