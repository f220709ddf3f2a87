import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
});
afterEach(() => home[Symbol.asyncDispose]());

/** A chat on a pseudo-terminal: types each text when what it waits for has been shown. */
async function onTerminal(
  steps: readonly (readonly [waitFor: string, type: string | (() => Promise<string>)])[],
): Promise<{ shown: string; exitCode: number | null }> {
  const program = join(import.meta.dirname, '..', '..', 'dist', 'cli.cjs');
  const child = spawn('script', ['-qec', `stty cols 80; '${process.execPath}' '${program}' chat -m tiny`, '/dev/null'], {
    env: { ...process.env, LUCI_HOME: home.folder, TERM: 'xterm', LUCI_KEEP_ALIVE: '20' },
  });
  let shown = '';
  let seen = 0;
  const left = [...steps];
  child.stdout.on('data', (text: Buffer) => {
    shown += text;
    const [next] = left;
    if (!next) return;
    const at = shown.indexOf(next[0], seen);
    if (at < 0) return;
    seen = at + next[0].length;
    left.shift();
    const [, type] = next;
    if (typeof type === 'string') setTimeout(() => child.stdin.write(type), 100);
    else void type().then((text) => child.stdin.write(text));
  });
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { shown, exitCode };
}

test('a chat on a terminal answers, takes commands, several lines, Ctrl+C at the prompt, and leaves with Ctrl+D', async () => {
  const { shown, exitCode } = await onTerminal([
    ['> ', 'hi\r'],
    [tinyReply, '/stats\r'],
    ['first word', 'half a line\u0003'],
    ['Ctrl+D leaves.', '"""\r'],
    ['| ', 'one\r'],
    ['| ', 'two\r'],
    ['| ', '"""\r'],
    [tinyReply, 'memory\r'],
    ['are free', '/undo\r'],
    ['Taken back', '\u0004'],
  ]);
  expect(exitCode).toBe(0);
  expect(shown).toContain('/help lists what can be done');
  expect(shown).toMatch(/Memory: .* are free/);
});

test('pasted lines are one message, and what is typed during an answer is not shown in the middle of it', async () => {
  const { shown, exitCode } = await onTerminal([
    ['> ', '\u001b[200~one\rtwo\rthree\u001b[201~'],
    ['three', '\r'],
    [tinyReply, '/save pasted\r'],
    ['Saved', '/model\r'],
    ['model: tiny', '\u0004'],
  ]);
  expect(exitCode).toBe(0);
  expect(shown.split(tinyReply)).toHaveLength(2);
  const { messages } = JSON.parse(await readFile(join(home.folder, 'chats', 'pasted.json'), 'utf8')) as { messages: unknown[] };
  expect(messages[0]).toEqual({ role: 'user', content: 'one\ntwo\nthree' });
});

async function killEngineThenAsk(): Promise<string> {
  const { pid } = JSON.parse((await home.luci(['ps', '--json'])).stdout) as { pid: number };
  process.kill(pid, 'SIGKILL');
  return 'again\r';
}

test('a chat whose engine process was killed goes on with a new one', async () => {
  const { shown, exitCode } = await onTerminal([
    ['> ', 'hi\r'],
    [tinyReply, '/stats\r'],
    ['first word', killEngineThenAsk],
    [tinyReply, '\u0004'],
  ]);
  expect(exitCode).toBe(0);
  expect(shown).not.toContain('engine process ended');
});

test('piped, each line is a message, results go to stdout, and the chat can be kept and gone on with', async () => {
  const first = await home.luci(['chat', '-m', 'tiny', '--temperature', '0'], { stdin: 'hi\n/save trip\n' });
  expect(first).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  const saved = JSON.parse(await readFile(join(home.folder, 'chats', 'trip.json'), 'utf8')) as { messages: { role: string }[] };
  expect(saved.messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
  const second = await home.luci(['chat', '-m', 'tiny'], { stdin: '/load trip\n/undo\n/undo\n/quit\nnever said\n' });
  expect(second).toMatchObject({ exitCode: 0, stdout: '' });
  expect(second.stderr).toMatch(/1 questions? loaded[\s\S]*Taken back[\s\S]*Nothing was said yet/);
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
  expect(ran.stderr).toMatch(/There is no \/nope[\s\S]*is no name for a chat[\s\S]*No model is called none/);
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
