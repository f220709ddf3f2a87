import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Home, makeHome } from '../e2e/luci-process.ts';
import { raw } from './served.ts';

/** A server that goes on by itself, found again and ended by other commands. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(async () => {
  await home.luci(['serve', 'stop']);
  await home[Symbol.asyncDispose]();
});

const json = async (...args: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await home.luci(['serve', ...args, '--json'])).stdout);

test('a server is started, found, not started twice, and ended', { timeout: 120_000 }, async () => {
  expect(await json('status')).toEqual({ running: false });
  const { url, pid, started } = await json('--detach', '--port', '0');
  expect(started).toBe(true);
  expect((await raw(`${String(url)}/health`)).status).toBe(200);
  expect(await json('status')).toMatchObject({ running: true, url, pid });
  expect(await json('--detach', '--port', '0')).toEqual({ url, pid, started: false });
  expect(await json('stop')).toEqual({ stopped: true });
  await expect(raw(`${String(url)}/health`)).rejects.toThrow('ECONNREFUSED');
  expect(await json('stop')).toEqual({ stopped: false });
});

test('what a server that was killed has left is no server', { timeout: 120_000 }, async () => {
  const { pid } = await json('--detach', '--port', '0');
  process.kill(Number(pid), 'SIGKILL');
  await expect.poll(() => json('status'), { timeout: 20_000 }).toEqual({ running: false });
  const { started } = await json('--detach', '--port', '0');
  expect(started).toBe(true);
});

test('a process that has the number of a server that is gone is left alone', { timeout: 60_000 }, async () => {
  await mkdir(join(home.folder, 'state'));
  const record = { version: 1, pid: process.pid, url: 'http://127.0.0.1:1', startedAt: new Date().toISOString() };
  await writeFile(join(home.folder, 'state', 'server.json'), JSON.stringify(record));
  expect(await json('stop')).toEqual({ stopped: false });
});

test('a server that cannot start says why, and the log has it too', { timeout: 60_000 }, async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => void taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  const { exitCode, stderr } = await home.luci(['serve', '--detach', '--port', String(port)]);
  taken.close();
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`Port ${port}`);
  expect(await readFile(join(home.folder, 'logs', 'serve.log'), 'utf8')).toContain(`Port ${port}`);
});
