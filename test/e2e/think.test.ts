import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome, program } from './luci-process.ts';
import { stays } from './pseudo-terminal.ts';

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

test.skipIf(process.platform !== 'linux')('on a terminal thinking that was asked for stands dim before the answer', () => {
  const command = [process.execPath, program, 'ask', 'hi', '-m', model, '--think', 'on', '--think-tokens', '1'];
  const quoted = command.map((word) => `'${word}'`).join(' ');
  const { stdout } = spawnSync('script', ['-qec', quoted, '/dev/null'], {
    encoding: 'utf8',
    env: {
      ...process.env,
      LUCI_HOME: home.folder,
      LUCI_KEEP_ALIVE: '20',
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      TERM: 'xterm-256color',
    },
  });
  const [thinking = '', answer = ''] = stays(stdout).split('\n\n');
  expect(thinking).toContain('\x1b[2m');
  expect(stripVTControlCharacters(thinking)).toBe('Hello from');
  expect(answer).toBe(`${tinyReply}\n`);
});
