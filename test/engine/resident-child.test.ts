import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Home, makeHome } from '../e2e/luci-process.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { writeServerProgram } from '../fixtures/server-program.ts';

/** A server program is held by the resident process as the embedded engine's models are: kept, listed, stopped, and never an orphan. */

let home: Home;
let model: string;
let program: string;
beforeEach(async () => {
  home = await makeHome();
  model = join(home.folder, 'tiny.gguf');
  await writeFile(model, tinyGguf());
  program = await writeServerProgram(home.folder, 'server', '0.10.6');
});
afterEach(() => home[Symbol.asyncDispose]());

const ask = (more: readonly string[] = []) =>
  home.luci(['ask', 'hi', '-m', model, '--engine', 'llama-server', ...more], { environment: { LUCI_LLAMA_SERVER: program } });
const answered = { exitCode: 0, stdout: `${tinyReply}\n`, stderr: '' };

/** Process ids of servers that have this model; the shell that guards one has its words too. */
function servers(): number[] {
  const { stdout } = spawnSync('pgrep', ['-f', `server-double.mjs.*-m ${model}`], { encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean).map(Number);
}

async function untilGone(): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000 && servers().length > 0; waitedMs += 50) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function hostPid(): Promise<number> {
  return (JSON.parse((await home.luci(['ps', '--json'])).stdout) as { pid: number }).pid;
}

test('the second question goes to the server of the first, which is listed and can be stopped', async () => {
  expect(await ask()).toEqual(answered);
  const first = servers();
  expect(first.length).toBeGreaterThan(0);
  expect(await ask()).toEqual(answered);
  expect(servers()).toEqual(first);
  expect((await home.luci(['ps'])).stdout).toContain('llama-server');
  expect(await home.luci(['stop', '--all'])).toMatchObject({ exitCode: 0 });
  await untilGone();
  expect(servers()).toEqual([]);
});

test('with --keep-alive 0 it ends with the answer', async () => {
  expect(await ask(['--keep-alive', '0'])).toEqual(answered);
  await untilGone();
  expect(servers()).toEqual([]);
});

test('a kill -9 of the resident process leaves no server behind, and the next question works', async () => {
  expect(await ask()).toEqual(answered);
  process.kill(await hostPid(), 'SIGKILL');
  await untilGone();
  expect(servers()).toEqual([]);
  expect(await ask()).toEqual(answered);
});

test('a server that was killed is started anew for the next question, by the same resident process', async () => {
  expect(await ask()).toEqual(answered);
  const pid = await hostPid();
  for (const server of servers()) process.kill(server, 'SIGKILL');
  await untilGone();
  expect(await ask()).toEqual(answered);
  expect(await hostPid()).toBe(pid);
});

test('its key is on no command line', async () => {
  const old = await writeServerProgram(home.folder, 'old-llamafile', '0.9.3');
  expect((await home.luci(['runtime', 'add', 'llamafile', '--path', old])).exitCode).toBe(0);
  expect(await home.luci(['ask', 'hi', '-m', model, '--engine', 'llamafile'])).toEqual(answered);
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'args=', ...servers().flatMap((pid) => ['-p', String(pid)])], { encoding: 'utf8' });
  expect(stdout).toContain('--api-key-file');
  expect(stdout).not.toMatch(/[0-9a-f]{48}/);
});

test('rpc-servers of other machines are refused when offline, looked for first, recorded, and handed on', async () => {
  const spread = (host: string, more: readonly string[] = []) => ask(['--rpc', host, ...more]);
  expect(await spread('rpc.invalid:50052', ['--offline'])).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('luci is offline and does not reach out to rpc.invalid'),
  });
  expect(await spread('127.0.0.1:1')).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('127.0.0.1:1: connection refused') });
  const peer = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => peer.once('listening', resolve));
  const { port } = peer.address() as { port: number };
  expect(await spread(`127.0.0.1:${port}`)).toEqual(answered);
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'args=', ...servers().flatMap((pid) => ['-p', String(pid)])], { encoding: 'utf8' });
  expect(stdout).toContain(`--rpc 127.0.0.1:${port} -ngl 99`);
  expect((await home.luci(['net', 'log'])).stdout).toContain(`127.0.0.1:${port}`);
  peer.close();
});
