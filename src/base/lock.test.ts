import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lock, tryLock } from './lock.ts';
import { startOf } from './process-life.ts';

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

/** A lock as a process writes it that began at that time, touched that long ago. */
async function heldBy(path: string, holder: object, agoMs = 0): Promise<void> {
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), token: 'x', ...holder }));
  const at = new Date(Date.now() - agoMs);
  await utimes(path, at, at);
}

test.runIf(process.platform === 'linux')('the number of a process that was given again holds nothing', async () => {
  const path = join(folder, 'a.lock');
  const { pid = 0 } = process;
  for (const holder of [{ pid, started: '1' }, { pid: process.ppid, started: '1' }, { pid }]) {
    await heldBy(path, holder);
    const taken = await tryLock(path);
    expect(taken, JSON.stringify(holder)).toBeDefined();
    await taken?.[Symbol.asyncDispose]();
  }
});

test.runIf(process.platform === 'linux')('a process that stands still keeps its lock, whatever the clocks say', async () => {
  const path = join(folder, 'a.lock');
  for (const agoMs of [0, 120_000, -120_000]) {
    await heldBy(path, { pid: process.ppid, started: startOf(process.ppid) }, agoMs);
    expect(await tryLock(path), String(agoMs)).toBeUndefined();
  }
  // Of a holder on another machine nobody knows more than when it touched the lock.
  await heldBy(path, { host: 'elsewhere', started: '1' }, 120_000);
  const taken = await tryLock(path);
  expect(taken).toBeDefined();
  await taken?.[Symbol.asyncDispose]();
});

test('a lock that this thread has let go, and whose file stayed, holds nobody up; one of another thread of this process holds', async () => {
  const path = join(folder, 'left.lock');
  const words = async (thread: number): Promise<void> =>
    writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), token: 'let-go', thread, started: startOf('self') }));
  await words(threadId);
  await using taken = await lock(path, { waitMs: 0 });
  expect(await taken.isOurs()).toBe(true);
  await taken[Symbol.asyncDispose]();
  await words(threadId + 1);
  expect(await tryLock(path)).toBeUndefined();
});

test('who holds it is told, and what to do', async () => {
  const path = join(folder, 'a.lock');
  await using _held = await lock(path);
  await expect(lock(path, { waitMs: 1 })).rejects.toMatchObject({
    code: 'LOCKED',
    hint: `Wait until process ${process.pid} is done, or end it.`,
  });
});

test('a lock that somebody else took over is not removed by its old holder', async () => {
  const path = join(folder, 'a.lock');
  const held = await lock(path);
  await writeFile(path, JSON.stringify({ pid: process.pid, host: hostname(), token: 'another' }));
  expect(await held.isOurs()).toBe(false);
  await held[Symbol.asyncDispose]();
  expect(await readdir(folder)).toEqual(['a.lock']);
});
