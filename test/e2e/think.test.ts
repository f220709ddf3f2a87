import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** A model whose template opens the thinking: it thinks its only sentence, and says it when it must not think. */
const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}{{ '<|im_start|>assistant\n<think>\n' }}";

let home: Home;
let model: string;
beforeEach(async () => {
  home = await makeHome();
  model = join(home.folder, 'thinks.gguf');
  await writeFile(model, tinyGguf({ chatTemplate }));
});
afterEach(() => home[Symbol.asyncDispose]());

const ask = (...more: string[]) => home.luci(['ask', 'hi', '-m', model, ...more]);

test('thinking is told apart from the answer, and kept out or short where that is asked for', async () => {
  expect(JSON.parse((await ask('--json')).stdout)).toMatchObject({ text: '', thinking: tinyReply });
  expect(JSON.parse((await ask('--json', '--think', 'off')).stdout)).toMatchObject({ text: tinyReply, thinking: '' });
  expect(JSON.parse((await ask('--json', '--think-tokens', '1')).stdout)).toMatchObject({ text: tinyReply, thinking: 'Hello from' });
  expect(await ask('--think', 'off')).toEqual({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
});

test('off a terminal thinking is not printed, and a word that is none is refused', async () => {
  expect((await ask('--think', 'high', '--think-tokens', '1')).stdout).toBe(`${tinyReply}\n`);
  const refused = await ask('--think', 'maybe');
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain('--think: "maybe" is not one of on, off, low, high');
});
