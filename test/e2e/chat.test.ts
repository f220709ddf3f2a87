import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';
import { openScreen } from './screen.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
});
afterEach(() => home[Symbol.asyncDispose]());

test('a chat on a terminal answers, takes commands, several lines, Ctrl+C at the prompt, and leaves with Ctrl+D', async () => {
  const screen = openScreen(home, ['chat', '-m', 'tiny']);
  await screen.type('> ', 'hi\r');
  await screen.until(tinyReply);
  await screen.type('> ', '/stats\r');
  await screen.until('first word');
  await screen.type('> ', 'half a line\u0003');
  await screen.until('Ctrl+D leaves.');
  await screen.type('> ', '"""\r');
  await screen.type('| ', 'one\r');
  await screen.type('| ', 'two\r');
  await screen.type('| ', '"""\r');
  await screen.until(tinyReply);
  await screen.type('> ', 'memory\r');
  await screen.until('are free');
  await screen.type('> ', '/undo\r');
  await screen.until('Taken back');
  await screen.type('> ', '\u0004');
  expect(await screen.ended).toBe(0);
  const lines = await screen.lines();
  expect(lines[0]).toBe('tiny. /help lists what can be done, Ctrl+D leaves.');
  expect(lines.filter((line) => line === tinyReply)).toHaveLength(2);
});

test('a chat whose engine process was killed goes on with a new one', async () => {
  const screen = openScreen(home, ['chat', '-m', 'tiny']);
  await screen.type('> ', 'hi\r');
  await screen.until(tinyReply);
  const { pid } = JSON.parse((await home.luci(['ps', '--json'])).stdout) as { pid: number };
  process.kill(pid, 'SIGKILL');
  await screen.type('> ', 'again\r');
  await screen.until(tinyReply);
  await screen.type('> ', '\u0004');
  expect(await screen.ended).toBe(0);
  expect(screen.written).not.toContain('engine process ended');
});

test('piped, each line is a message, results go to stdout, and the chat can be kept and gone on with', async () => {
  const first = await home.luci(['chat', '-m', 'tiny', '--temperature', '0'], { stdin: 'hi\n/save trip\n' });
  expect(first).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  const [chat, ...others] = JSON.parse((await home.luci(['chats', 'list', '--json'])).stdout) as { title: string; turns: number }[];
  expect([chat, others]).toMatchObject([{ title: 'trip', turns: 2 }, []]);
  const second = await home.luci(['chat', '-m', 'tiny'], { stdin: '/load trip\n/undo\n/undo\n/quit\nnever said\n' });
  expect(second).toMatchObject({ exitCode: 0, stdout: '' });
  expect(second.stderr).toMatch(/1 question loaded[\s\S]*Taken back[\s\S]*Nothing was said yet/);
  // What was taken back stays taken back.
  const third = await home.luci(['chat', '-m', 'tiny', '--continue'], { stdin: '/history\n' });
  expect(third.stderr).toContain('0 questions loaded');
});

test('piped, a message that got no answer sets the exit status, whatever follows it', async () => {
  const ran = await home.luci(['chat', '-m', 'tiny'], { stdin: `${'x'.repeat(5000)}\nhi\n` });
  expect(ran).toMatchObject({ exitCode: 2, stdout: `${tinyReply}\n`, stderr: expect.stringContaining('the context holds 2048') });
});

test('with --json each answer is one line of data', async () => {
  const ran = await home.luci(['chat', '-m', 'tiny', '--json'], { stdin: 'hi\nmemory\n/clear\n' });
  expect(ran.exitCode).toBe(0);
  const [answer, local] = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(answer).toMatchObject({
    type: 'answer',
    model: 'tiny',
    text: tinyReply,
    reason: 'stop',
    usage: { promptTokens: expect.any(Number) },
  });
  expect(local).toMatchObject({ type: 'local', text: expect.stringContaining('are free') });
});

test('words about the machine are answered without a model, mistakes do not end the chat', async () => {
  const ran = await home.luci(['chat', '-m', 'tiny'], { stdin: 'models\n/nope\n/load ../x\n/model none\nlist .\n' });
  expect(ran.exitCode).toBe(0);
  expect(ran.stdout).toContain('tiny');
  expect(ran.stdout).toContain('package.json');
  expect(ran.stderr).toMatch(/There is no \/nope[\s\S]*There is no chat "\.\.\/x"[\s\S]*No model is called none/);
});

test('doctor says what it found, and is data with --json', async () => {
  const ran = await home.luci(['doctor', '--offline']);
  expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
  expect(ran.stdout).toMatch(/✓ engine {5}embedded[\s\S]*• network {4}offline by setting/);
  const data = JSON.parse((await home.luci(['doctor', '--offline', '--json'])).stdout) as { topic: string }[];
  // One line an engine: embedded, llama-server, llamafile.
  const engines = ['engine', 'engine', 'engine'];
  expect(data.map(({ topic }) => topic)).toEqual(['system', 'node', 'memory', ...engines, 'gpu', 'store', 'disk', 'tests', 'network']);
});

test.each(['exit', 'Quit', ' exit '])(
  '%j alone on a line ends the chat, as at every other prompt; within a sentence it is a word',
  async (line) => {
    const ran = await home.luci(['chat', '-m', 'tiny'], { stdin: `please exit\n${line}\nnever asked\n` });
    expect(ran).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  },
);
