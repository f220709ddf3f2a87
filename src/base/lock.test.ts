import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lock, tryLock } from './lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('many that want a lock at once have it one after the other', async () => {
  const path = join(folder, 'a.lock');
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      await using _held = await lock(path);
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((done) => setTimeout(done, 3));
      inside -= 1;
    }),
  );
  expect(most).toBe(1);
  expect(await readdir(folder)).toEqual([]);
}, 30_000);

test('a held lock is not given twice, and is LOCKED when the wait is over', async () => {
  const path = join(folder, 'a.lock');
  await using _held = await lock(path);
  expect(await tryLock(path)).toBe(undefined);
  await expect(lock(path, { waitMs: 30 })).rejects.toMatchObject({ code: 'LOCKED', exitCode: 5 });
});

test('a lock whose process is gone is taken over by exactly one of those who wait', async () => {
  const path = join(folder, 'a.lock');
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((done) => child.on('close', done));
  await writeFile(path, JSON.stringify({ pid: child.pid, host: hostname(), token: 'x' }));
  const taken = await Promise.all(Array.from({ length: 10 }, () => tryLock(path)));
  expect(taken.filter((held) => held !== undefined)).toHaveLength(1);
  for (const held of taken) await held?.[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual([]);
});

test('a lock that somebody else took over is not removed by its old holder', async () => {
  const path = join(folder, 'a.lock');
  const held = await lock(path);
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), token: 'another' }));
  expect(await held.isOurs()).toBe(false);
  await held[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual(['a.lock']);
});
