import { link, open, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { sleep } from './abort.ts';
import { LuciError } from './errors.ts';
import { makeFolder } from './make-folder.ts';
import { isAlive, startOf } from './process-life.ts';
import { readSmallFile } from './read-small-file.ts';
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
    // Before the file is there: what this thread does not hold is nobody's.
    ownTokens.add(token);
    try {
      return heldLock(path, token, await writeLock(path, token));
    } catch (error) {
      ownTokens.delete(token);
      if (errnoOf(error) !== 'EEXIST') throw diskError(error, path, 'take a lock');
    }
    const left = await staleContent(path);
    if (left === undefined) return undefined;
    if (left !== gone) await removeStale(path, left, token);
  }
  return undefined;
}

/** Makes the file; returns its inode. */
async function writeLock(path: string, token: string): Promise<number> {
  const words = JSON.stringify({
    pid: process.pid,
    host: hostname(),
    token,
    thread: thisThread(),
    started: startOf('self'),
    since: new Date().toISOString(),
  });
  return (await linkedLock(path, token, words)) ?? (await openedLock(path, words));
}

/** It appears with its words: one killed between name and words would hold what nobody can tell from a living holder's. */
async function linkedLock(path: string, token: string, words: string): Promise<number | undefined> {
  const whole = `${path}.${token}`;
  try {
    await writeFile(whole, words, { flag: 'wx', mode: 0o600 });
    await link(whole, path);
    return (await stat(whole)).ino;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw error;
    return undefined; // No room, no rights, or a disk without links: the other way works or says why.
  } finally {
    await rm(whole, { force: true }).catch(() => undefined); // Where it could not be made, it need not go.
  }
}

async function openedLock(path: string, words: string): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    // A full disk takes the name but not the words: what frees room must not need any. The lock is then known by its file.
    await file.writeFile(words).catch(unlessFull);
    return (await file.stat()).ino;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

function unlessFull(error: unknown): void {
  if (errnoOf(error) !== 'ENOSPC' && errnoOf(error) !== 'EDQUOT') throw error;
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
  const holder = holderIn(wordsIn(path) ?? '');
  const who =
    holder?.host === hostname() ? `process ${holder.pid}` : holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
  return new LuciError('LOCKED', `Another luci (${who}) is working on this (${path})`, { hint: `Wait until ${who} is done, or end it.` });
}

/** Tokens this process holds; one set also where the library is loaded twice. */
const shared = globalThis as { [held]?: Set<string> };
shared[held] ??= new Set();
const ownTokens = shared[held];

function heldLock(path: string, token: string, inode: number): Lock {
  const timer = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), touchEveryMs);
  timer.unref();
  const isOurs = async (): Promise<boolean> => {
    const text = wordsIn(path);
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
    const text = readSmallFile(path);
    if (text === undefined) return gone;
    const { mtimeMs } = await stat(path);
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

/** Of this process. Loaded by the first lock: most commands take none. */
function thisThread(): number {
  return process.getBuiltinModule('node:worker_threads').threadId;
}

/** What a lock holds; undefined where it cannot be looked at. */
function wordsIn(path: string): string | undefined {
  try {
    return readSmallFile(path);
  } catch {
    return undefined;
  }
}

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly token: string | undefined;
  /** The thread of its process. */
  readonly thread: number | undefined;
  /** See {@link startOf}. */
  readonly started: string | undefined;
}

function holderIn(text: string): Holder | undefined {
  const [, pid, host] = /"pid":(\d+),"host":"([^"]*)"/.exec(text) ?? [];
  if (pid === undefined || host === undefined) return undefined;
  const thread = /"thread":(\d+)/.exec(text)?.[1];
  return {
    pid: Number(pid),
    host,
    token: /"token":"([^"]*)"/.exec(text)?.[1],
    thread: thread === undefined ? undefined : Number(thread),
    started: /"started":"(\d+)"/.exec(text)?.[1],
  };
}

/** Its process has ended; another one may have its number now, this one too. Or this thread has let it go, and its file stayed. */
function isGone({ pid, token, thread, started }: Holder): boolean {
  if (!isAlive(pid)) return true;
  const now = startOf(pid);
  if (started !== undefined && startOf('self') !== undefined && now !== started) return true;
  const isOfThisThread = pid === process.pid && (thread === undefined ? started === undefined : thread === thisThread());
  return isOfThisThread && !ownTokens.has(token ?? '');
}

/**
 * Takes a stale lock out of the way. Between looking and removing, another waiter may have removed it and taken the lock: so it is
 * moved aside first, looked at again, and put back when it is not the one that was seen.
 */
async function removeStale(path: string, content: string, token: string): Promise<void> {
  const aside = `${path}.${token}`;
  try {
    await rename(path, aside);
    if (readSmallFile(aside) !== content) await link(aside, path);
  } catch (error) {
    if (!isNotFound(error) && errnoOf(error) !== 'EEXIST') throw diskError(error, path, 'take a lock');
  } finally {
    await rm(aside, { force: true });
  }
}
