import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import { socketPathOf } from '../../src/engine/host/socket-path.ts';
import { tinyGguf, tinyGgufSpec, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { writeGguf } from '../fixtures/gguf/write-gguf.ts';
import { type Home, makeHome, program } from './luci-process.ts';

let home: Home;
let model: string;
beforeEach(async () => {
  home = await makeHome();
  model = await home.addModel();
});
afterEach(() => home[Symbol.asyncDispose]());

interface Status {
  readonly pid: number;
  readonly models: readonly { readonly name: string }[];
}

const ask = (...more: string[]) => home.luci(['ask', 'hi', '-m', model, ...more]);
const status = async (): Promise<Status | null> => JSON.parse((await home.luci(['ps', '--json'])).stdout) as Status | null;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((done) => setTimeout(done, 25));
}

test('an answer is the text and nothing else; --json carries usage and timings', async () => {
  expect(await ask()).toEqual({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
  const answer = JSON.parse((await ask('--json')).stdout);
  expect(answer).toMatchObject({ text: tinyReply, reason: 'stop', usage: { generatedTokens: 7 } });
  for (const figure of ['promptTokens', 'timeToFirstTokenMs', 'totalMs', 'promptTokensPerSecond', 'generatedTokensPerSecond']) {
    expect(answer.usage[figure]).toBeGreaterThan(0);
  }
});

test('no system prompt is added: the prompt is the template around the question, token for token', async () => {
  // <|im_start|> u s e r \n h i <|im_end|> \n <|im_start|> a s s i s t a n t \n: one token a character here.
  const expected = 1 + 4 + 1 + 2 + 1 + 1 + 1 + 9 + 1;
  const { usage } = JSON.parse((await ask('--json')).stdout);
  expect(usage.promptTokens).toBeGreaterThanOrEqual(expected - 1);
  expect(usage.promptTokens).toBeLessThanOrEqual(expected + 1);
  const withSystem = JSON.parse((await ask('--json', '--system', 'abc')).stdout);
  expect(withSystem.usage.promptTokens).toBeGreaterThan(usage.promptTokens + 3);
});

test('stdin alone, an argument alone, or both are the question', async () => {
  expect(await home.luci(['ask', '-m', model], { stdin: 'from a pipe' })).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  expect(await home.luci(['ask', '-m', model])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There is no question') });
});

test('of a document that is piped in nothing is read again for the next question about it', async () => {
  const document = join(home.folder, 'document.txt');
  await writeFile(document, 'one line of the document\n'.repeat(20));
  const about = (question: string): { usage: { promptTokens: number; cachedTokens: number; loadMs: number } } =>
    JSON.parse(
      execFileSync(process.execPath, [program, 'ask', question, '-m', model, '--json'], {
        stdio: [openSync(document, 'r'), 'pipe', 'inherit'],
        env: { ...process.env, LUCI_HOME: home.folder, LUCI_KEEP_ALIVE: '20' },
      }).toString(),
    );
  const first = about('what is it');
  const second = about('who wrote it');
  expect(second.usage.cachedTokens).toBeGreaterThan(first.usage.promptTokens * 0.9);
  expect(first.usage.loadMs).toBeGreaterThan(0);
  expect(second.usage.loadMs).toBe(0);
});

test('--max-tokens cuts the answer and says so', async () => {
  expect(JSON.parse((await ask('--json', '--max-tokens', '2')).stdout)).toMatchObject({ reason: 'length', usage: { generatedTokens: 2 } });
});

test('a prompt longer than the context is an error, never cut silently', async () => {
  const ran = await home.luci(['ask', '-m', model], { stdin: 'x'.repeat(5000) });
  expect(ran).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringMatching(/^The prompt has \d+ tokens; the context holds 2048, the model can hold 2048\.\n/),
  });
});

test('the engine process stays, is reused, is listed, and is told apart from the command', async () => {
  await ask();
  const first = await status();
  expect(first?.models).toMatchObject([{ name: model }]);
  await ask();
  expect((await status())?.pid).toBe(first?.pid);
  const environment = await readFile(`/proc/${first?.pid}/environ`, 'utf8');
  expect(environment).toContain('UV_THREADPOOL_SIZE=1');
  expect(environment).toContain('GLIBC_TUNABLES=glibc.malloc.hugetlb=1\0');
  expect(environment).not.toContain('HF_TOKEN=hf_');
  await home.luci(['stop']);
  expect(isAlive(first?.pid ?? 0)).toBe(false);
  expect(await status()).toBe(null);
});

test('two first questions at once start one engine process, and both are answered', async () => {
  const both = await Promise.all([ask(), ask()]);
  expect(both).toEqual([1, 2].map(() => ({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' })));
  const log = await readFile(join(home.folder, 'logs', 'engine.log'), 'utf8').catch(() => '');
  expect(log).not.toMatch(/EADDRINUSE/);
  expect((await status())?.models).toHaveLength(1);
});

test('after a kill -9 of the engine process the next question starts a new one', async () => {
  await ask();
  const { pid = 0 } = (await status()) ?? {};
  process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
  expect(await ask()).toEqual({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
});

/**
 * Whether a command has connected to the engine process and was not taken yet: beside the socket that listens there is another one of
 * its name. Where the system has no such list, yes: then the kill comes before the question, which the test allows too.
 */
function isSomebodyWaiting(): boolean {
  if (!existsSync('/proc/net/unix')) return true;
  const path = socketPathOf(home.folder, process.env['XDG_RUNTIME_DIR']);
  return readFileSync('/proc/net/unix', 'utf8').split(path).length > 2;
}

test('a kill -9 in the middle of an answer is one clear error', async () => {
  await ask();
  const { pid = 0 } = (await status()) ?? {};
  process.kill(pid, 'SIGSTOP');
  const running = ask();
  await until(() => isSomebodyWaiting());
  process.kill(pid, 'SIGKILL');
  const ran = await running;
  // Killed before it took the question, a new process answers; killed in the middle, it is said.
  if (ran.exitCode !== 0) expect(ran).toMatchObject({ exitCode: 7, stderr: expect.stringMatching(/^The engine/) });
  expect(ran.stderr).not.toContain('    at ');
  expect(await ask()).toMatchObject({ exitCode: 0 });
});

test('an engine process that hangs in the middle of its work is ended within 10 s, and the next question works', async () => {
  await using luci = createLuci(resolveSettings({ home: home.folder, contextLength: 2048 }, { PATH: process.env['PATH'] ?? '' }));
  await using session = await luci.open(model);
  const pid = Number(spawnSync('pgrep', ['-f', `engine-host.*${home.folder}`], { encoding: 'utf8' }).stdout.split('\n')[0]);
  expect(pid).toBeGreaterThan(0);
  process.kill(pid, 'SIGSTOP');
  const startedAt = performance.now();
  const answer = async (): Promise<void> => {
    for await (const _event of session.generate({ messages: [{ role: 'user', content: 'hi' }] }));
  };
  await expect(answer()).rejects.toMatchObject({ code: 'ENGINE_CRASHED' });
  expect(performance.now() - startedAt).toBeLessThan(12_000);
  expect(await ask()).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
}, 30_000);

test('the engine process leaves after its idle time, and with the answer when it is 0', async () => {
  await home.luci(['ask', 'hi', '-m', model], { environment: { LUCI_KEEP_ALIVE: '1' } });
  const { pid = 0 } = (await status()) ?? {};
  expect(pid).toBeGreaterThan(0);
  await until(() => !isAlive(pid));
  expect(await ask('--keep-alive', '0')).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  await until(async () => (await status()) === null);
}, 30_000);

test('a home with a very long path has an engine too', async () => {
  const long = join(home.folder, 'long '.repeat(40).trim());
  await mkdir(long, { recursive: true });
  const environment = { LUCI_HOME: long };
  expect(await home.luci(['ask', 'hi', '-m', model], { environment })).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
  await home.luci(['stop'], { environment });
});

test("something else that listens on the engine's socket is not believed", async () => {
  await ask();
  const log = await status();
  await home.luci(['stop']);
  expect(log).not.toBe(null);
  const socket = socketPathOf(home.folder, process.env['XDG_RUNTIME_DIR']);
  const stranger = createServer((connection) => connection.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((done) => stranger.listen(socket, done));
  const ran = await ask();
  await new Promise((done) => stranger.close(done));
  expect(ran).toEqual({ exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' });
});

test('Ctrl+C in a long answer ends it with exit 130, and the engine is free at once', async () => {
  let pid = 0;
  const running = home.luci(['ask', '-m', model], { stdin: 'y'.repeat(1900), onStart: (started) => (pid = started) });
  await until(async () => ((await status())?.models.length ?? 0) > 0);
  process.kill(pid, 'SIGINT');
  const ran = await running;
  expect([0, 130]).toContain(ran.exitCode); // The tiny model may have been quicker than the signal.
  expect(await ask()).toMatchObject({ exitCode: 0, stdout: `${tinyReply}\n` });
});

test('a model the engine cannot open is one clear error and leaves the engine alive', async () => {
  const spec = tinyGgufSpec();
  await writeFile(model, writeGguf({ ...spec, tensors: spec.tensors.filter(({ name }) => name !== 'blk.0.ffn_up.weight') }));
  const ran = await ask();
  expect(ran).toMatchObject({ exitCode: 7, stdout: '' });
  expect(ran.stderr).not.toContain('    at ');
  await writeFile(model, tinyGguf());
  expect(await ask()).toMatchObject({ exitCode: 0 });
});

test('a missing file is exit 3 or 5 and names it', async () => {
  const ran = await home.luci(['ask', 'hi', '-m', './nothing-here.gguf']);
  expect([3, 5]).toContain(ran.exitCode);
  expect(ran.stderr).toContain('nothing-here.gguf');
});
