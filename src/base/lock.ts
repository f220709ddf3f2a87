import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { sleep } from './abort.ts';
import { LuciError } from './errors.ts';
import { diskError, errnoOf, isNotFound } from './system-error.ts';
import { uniqueMark } from './unique-mark.ts';

/** A lock between processes: a file made with `wx` that holds pid, host and a token, and is touched while it is held. */

const touchEveryMs = 5000;
const staleAfterMs = 30_000;

/** A held lock. Disposing it removes the file, if it is still ours. */
export interface Lock extends AsyncDisposable {
  readonly path: string;
  /** Whether the file still holds our token; a lock believed stale may have been taken over. */
  isOurs(): Promise<boolean>;
}

/** Takes the lock at `path`, or undefined when a living process holds it. */
export async function tryLock(path: string): Promise<Lock | undefined> {
  const token = uniqueMark();
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw diskError(error, path, 'make a folder');
  });
  // Two rounds: the second after a stale lock was removed.
  for (let round = 0; round < 2; round += 1) {
    try {
      const file = await open(path, 'wx', 0o600);
      try {
        await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname(), token, since: new Date().toISOString() }));
      } catch (error) {
        // A full disk takes the name but not the words: an empty lock would keep everybody out for 30 s.
        await rm(path, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      return heldLock(path, token);
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw diskError(error, path, 'take a lock');
    }
    const left = await staleContent(path);
    if (left === undefined) return undefined;
    if (left !== gone) await removeStale(path, left, token);
  }
  return undefined;
}

/** Options of {@link lock}. */
export interface LockOptions {
  readonly signal?: AbortSignal;
  /** How long to wait for a living holder (default 10 s). */
  readonly waitMs?: number;
  /** Called before each look at a lock that is held. */
  readonly onWait?: () => void;
}

/** Takes the lock at `path`, waiting for its holder; LOCKED when the wait is over. */
export async function lock(path: string, { signal, waitMs = 10_000, onWait }: LockOptions = {}): Promise<Lock> {
  const deadline = Date.now() + waitMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(200, pauseMs * 2)) {
    const held = await tryLock(path);
    if (held) return held;
    if (Date.now() > deadline) throw new LuciError('LOCKED', `Another luci is working on this (${path})`, { hint: 'luci ps' });
    onWait?.();
    await sleep(pauseMs, signal);
  }
}

function heldLock(path: string, token: string): Lock {
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), touchEveryMs);
  timer.unref();
  const isOurs = async (): Promise<boolean> => (await readFile(path, 'utf8').catch(() => '')).includes(token);
  return {
    path,
    isOurs,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      if (await isOurs()) await rm(path, { force: true });
    },
  };
}

const gone = Symbol('released meanwhile');

/**
 * What a stale lock holds; undefined when the lock is held. A lock is stale when its process is gone (same host), or when nobody
 * touched it for 30 s; a clock that jumped back counts as untouched.
 */
async function staleContent(path: string): Promise<string | typeof gone | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    if (Math.abs(Date.now() - mtimeMs) > staleAfterMs) return text;
    const holder = /"pid":(\d+),"host":"([^"]*)"/.exec(text);
    // A file without content is one that its owner is about to write: its age decides.
    return holder !== null && holder[2] === hostname() && !isAlive(Number(holder[1])) ? text : undefined;
  } catch (error) {
    if (isNotFound(error)) return gone;
    throw diskError(error, path, 'read a lock');
  }
}

/**
 * Takes a stale lock out of the way. Between looking and removing, another waiter may have removed it and taken the lock: so it is
 * moved aside first, looked at again, and put back when it is not the one that was seen.
 */
async function removeStale(path: string, content: string, token: string): Promise<void> {
  const aside = `${path}.${token}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== content) await link(aside, path);
  } catch (error) {
    if (!isNotFound(error) && errnoOf(error) !== 'EEXIST') throw diskError(error, path, 'take a lock');
  } finally {
    await rm(aside, { force: true });
  }
}

/** Whether a process of this machine runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
