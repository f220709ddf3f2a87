import { closeSync, fstatSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { sleep } from './abort.ts';
import { LuciError } from './errors.ts';
import { makeFolder } from './make-folder.ts';
import { isAlive, startOf } from './process-life.ts';
import { diskError, errnoOf, isNotFound } from './system-error.ts';
import { uniqueMark } from './unique-mark.ts';

/** A lock between processes: a file made with `wx` that holds pid, host and a token, and is touched while it is held. */

/** Where the tokens of this process are kept. */
const held = Symbol.for('luci.locks held');
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
  await makeFolder(dirname(path)).catch((error: unknown) => {
    throw diskError(error, path, 'make a folder');
  });
  // Two rounds: the second after a stale lock was removed.
  for (let round = 0; round < 2; round += 1) {
    try {
      return heldLock(path, token, writeLock(path, token));
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw diskError(error, path, 'take a lock');
    }
    const left = await staleContent(path);
    if (left === undefined) return undefined;
    if (left !== gone) await removeStale(path, left, token);
  }
  return undefined;
}

/**
 * Makes the file; returns its inode. Without a pause between the name and the words: of an empty lock, left by a process that was killed
 * there, nobody can tell for half a minute that it is stale.
 */
function writeLock(path: string, token: string): number {
  const holder = { pid: process.pid, host: hostname(), token, started: startOf('self'), since: new Date().toISOString() };
  const file = openSync(path, 'wx', 0o600);
  try {
    writeUnlessFull(file, JSON.stringify(holder));
    return fstatSync(file).ino;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** A full disk takes the name but not the words: what frees room must not need any. The lock is then known by its file. */
function writeUnlessFull(file: number, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    if (errnoOf(error) !== 'ENOSPC' && errnoOf(error) !== 'EDQUOT') throw error;
  }
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
  const deadline = performance.now() + waitMs;
  for (let pauseMs = 5; ; pauseMs = Math.min(200, pauseMs * 2)) {
    const held = await tryLock(path);
    if (held) return held;
    if (performance.now() > deadline) throw await lockedError(path);
    onWait?.();
    await sleep(pauseMs, signal);
  }
}

async function lockedError(path: string): Promise<LuciError> {
  const holder = holderIn(await readFile(path, 'utf8').catch(() => ''));
  const who =
    holder?.host === hostname() ? `process ${holder.pid}` : holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
  return new LuciError('LOCKED', `Another luci (${who}) is working on this (${path})`, { hint: `Wait until ${who} is done, or end it.` });
}

/** Tokens this process holds; one set also where the library is loaded twice. */
const shared = globalThis as { [held]?: Set<string> };
shared[held] ??= new Set();
const ownTokens = shared[held];

function heldLock(path: string, token: string, inode: number): Lock {
  ownTokens.add(token);
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), touchEveryMs);
  timer.unref();
  const isOurs = async (): Promise<boolean> => {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    return text === '' ? (await stat(path).catch(() => undefined))?.ino === inode : text?.includes(token) === true;
  };
  return {
    path,
    isOurs,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      ownTokens.delete(token);
      if (await isOurs()) await rm(path, { force: true });
    },
  };
}

const gone = Symbol('released meanwhile');

/**
 * What a stale lock holds; undefined when the lock is held. A lock is stale when its process is gone (same host). Of a holder that nobody here
 * can look at the touch counts: none for 30 s, or a clock that jumped. A process that stands still keeps what it holds.
 */
async function staleContent(path: string): Promise<string | typeof gone | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    const holder = holderIn(text);
    const isHere = holder?.host === hostname();
    if (isHere && isGone(holder)) return text;
    if (isHere && holder.started !== undefined && startOf(holder.pid) === holder.started) return undefined;
    // A file without content is one that its owner is about to write: its age decides.
    return Math.abs(Date.now() - mtimeMs) > staleAfterMs ? text : undefined;
  } catch (error) {
    if (isNotFound(error)) return gone;
    throw diskError(error, path, 'read a lock');
  }
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string | undefined;
  /** See {@link startOf}. */
  readonly started: string | undefined;
}

function holderIn(text: string): Holder | undefined {
  const [, pid, host] = /"pid":(\d+),"host":"([^"]*)"/.exec(text) ?? [];
  if (pid === undefined || host === undefined) return undefined;
  return { pid: Number(pid), host, token: /"token":"([^"]*)"/.exec(text)?.[1], started: /"started":"(\d+)"/.exec(text)?.[1] };
}

/** Its process has ended; another one may have its number now, this one too. */
function isGone({ pid, token, started }: Holder): boolean {
  if (!isAlive(pid)) return true;
  const now = startOf(pid);
  if (started !== undefined && startOf('self') !== undefined && now !== started) return true;
  return pid === process.pid && started === undefined && !ownTokens.has(token ?? '');
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
