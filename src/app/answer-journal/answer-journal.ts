import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLuciError } from '../../base/errors.ts';
import { type Lock, lock, tryLock } from '../../base/lock.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { diskError, isNotFound } from '../../base/system-error.ts';
import {
  type AnswerHead,
  type AnswerWriter,
  beginAnswer,
  goOnWithAnswer,
  type KeptAnswer,
  readAnswer,
  type WriteOptions,
} from './answer-file.ts';

/**
 * Answers of the server that are kept on disk, so that they go on after it was killed: `state/answers/ID.jsonl`, and beside it a lock as long
 * as a process is at work on it. Bounded in age and size, the oldest go first.
 */
export interface AnswerJournal {
  /** Begins to keep an answer. @throws DISK_* */
  begin(id: string, head: AnswerHead): Promise<AnswerWriter>;
  /** Takes one over from a process that is gone; undefined where there is none, or another process has it. @throws DISK_* */
  take(id: string): Promise<TakenAnswer | undefined>;
  /** Those of a door that a process which is gone had left when the first was asked for. */
  unfinished(door: string): Promise<readonly Unfinished[]>;
  /** Deletes one; it stays where a process is at work on it. */
  remove(id: string): Promise<void>;
  /** The same for all of a door's scope. */
  removeOf(door: string, scope: string): Promise<void>;
}

/** One that was left behind. */
export interface TakenAnswer {
  readonly kept: KeptAnswer;
  readonly writer: AnswerWriter;
}

/** See {@link AnswerJournal.unfinished}. */
export interface Unfinished {
  readonly id: string;
  readonly scope: string;
}

/** What is kept at most. */
export interface AnswerLimits {
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  readonly maxAnswers: number;
}

/** How often it is looked whether anything is over the limits, at most. */
const expireEveryMs = 60_000;

const defaultLimits: AnswerLimits = { maxAgeMs: 24 * 3_600_000, maxBytes: 64e6, maxAnswers: 1000 };

/** The journal in a folder, which is made by the first answer. */
export function openAnswerJournal(folder: string, options: WriteOptions, limits: AnswerLimits = defaultLimits): AnswerJournal {
  let expiredAt = Number.NEGATIVE_INFINITY;
  let left: ReturnType<typeof leftBehind> | undefined;

  async function expire(): Promise<void> {
    if (performance.now() - expiredAt < expireEveryMs) return;
    expiredAt = performance.now();
    for (const { id } of expiredOf(await keptFiles(folder), limits)) await removed(folder, id);
  }

  async function leftBehind(): Promise<readonly (Unfinished & { readonly door: string })[]> {
    await expire();
    return (await freeFiles(folder)).flatMap(({ id }) => {
      const kept = readAnswer(fileOf(folder, id));
      return kept && !kept.isOver ? [{ id, scope: kept.head.scope, door: kept.head.door }] : [];
    });
  }

  return {
    async begin(id, head) {
      void expire().catch(options.onFault);
      await makeFolder(folder, { mode: 0o700 }).catch((error: unknown) => {
        throw diskError(error, folder, 'make a folder');
      });
      const held = await tryLock(lockOf(folder, id));
      return unlocking(beginAnswer(fileOf(folder, id), head, options), held);
    },
    async take(id) {
      if (!isId(id) || !(await stat(fileOf(folder, id)).catch(() => undefined))) return undefined;
      const held = await lockFor(folder, id);
      if (!held) return undefined;
      // Read only now: whoever had it before may have written until then.
      const kept = readAnswer(fileOf(folder, id));
      if (kept) return { kept, writer: unlocking(goOnWithAnswer(fileOf(folder, id), kept, options), held) };
      await held[Symbol.asyncDispose]();
      return undefined;
    },
    async unfinished(door) {
      left ??= leftBehind();
      return (await left).filter((one) => one.door === door);
    },
    remove: async (id) => void (await removed(folder, id)),
    async removeOf(door, scope) {
      for (const { id } of await keptFiles(folder)) {
        const head = readAnswer(fileOf(folder, id))?.head;
        if (head?.door === door && head.scope === scope) await removed(folder, id);
      }
    },
  };
}

/** A file, as a list has it. */
interface KeptFile {
  readonly id: string;
  readonly bytes: number;
  readonly changedAt: number;
}

/** What is kept of answers, but for those that a process is at work on. */
export async function keptAnswers(folder: string): Promise<{ readonly count: number; readonly bytes: number }> {
  const free = await freeFiles(folder);
  return { count: free.length, bytes: free.reduce((sum, { bytes }) => sum + bytes, 0) };
}

async function freeFiles(folder: string): Promise<readonly KeptFile[]> {
  const free: KeptFile[] = [];
  for (const file of await keptFiles(folder)) {
    const held = await tryLock(lockOf(folder, file.id));
    if (held) free.push(file);
    await held?.[Symbol.asyncDispose]();
  }
  return free;
}

/** Deletes them; returns the bytes that became free. @throws DISK_* */
export async function removeKeptAnswers(folder: string): Promise<number> {
  let freedBytes = 0;
  for (const { id, bytes } of await keptFiles(folder)) if (await removed(folder, id)) freedBytes += bytes;
  return freedBytes;
}

/** The newest first. */
async function keptFiles(folder: string): Promise<readonly KeptFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isNotFound(error)) return [];
    throw diskError(error, folder, 'read a folder');
  });
  const ids = names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
  const files = ids.map(async (id) => {
    const facts = await stat(fileOf(folder, id)).catch(() => undefined); // Another process may have deleted it.
    return facts ? [{ id, bytes: facts.size, changedAt: facts.mtimeMs }] : [];
  });
  return (await Promise.all(files)).flat().sort((a, b) => b.changedAt - a.changedAt);
}

function expiredOf(files: readonly KeptFile[], { maxAgeMs, maxBytes, maxAnswers }: AnswerLimits): readonly KeptFile[] {
  let sum = 0;
  return files.filter(({ bytes, changedAt }, index) => {
    sum += bytes;
    return Date.now() - changedAt > maxAgeMs || sum > maxBytes || index >= maxAnswers;
  });
}

/** Whether it is gone; it stays where a process is at work on it. */
async function removed(folder: string, id: string): Promise<boolean> {
  const held = await lockFor(folder, id);
  if (!held) return false;
  await using _held = held;
  const path = fileOf(folder, id);
  await rm(path, { force: true }).catch((error: unknown) => {
    throw diskError(error, path, 'remove an answer that was kept');
  });
  return true;
}

/** Who only looks has it for a moment; undefined where a process is at work on it. */
async function lockFor(folder: string, id: string): Promise<Lock | undefined> {
  try {
    return await lock(lockOf(folder, id), { waitMs: 200 });
  } catch (error) {
    if (isLuciError(error, 'LOCKED')) return undefined;
    throw error;
  }
}

/** Closing it lets other processes have it. */
function unlocking(writer: AnswerWriter, held: Lock | undefined): AnswerWriter {
  return {
    ...writer,
    async close() {
      await writer.close();
      await held?.[Symbol.asyncDispose]();
    },
  };
}

const ending = '.jsonl';

/** Only names that stay in the folder. */
function isId(id: string): boolean {
  return /^[\w-]{1,100}$/.test(id);
}

function fileOf(folder: string, id: string): string {
  return join(folder, `${id}${ending}`);
}

function lockOf(folder: string, id: string): string {
  return join(folder, `${id}.lock`);
}
