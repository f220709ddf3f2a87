import { join } from 'node:path';
import { isLuciError } from '../../base/errors.ts';
import { lock } from '../../base/lock.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { diskError, errnoOf } from '../../base/system-error.ts';
import { ToolError } from '../tool.ts';
import { bringAll, placedOf } from './bring.ts';
import { type FileChange, fileChangeOf } from './file-change.ts';
import type { DiskWork } from './images.ts';
import { type ChangePlan, makeChange } from './make-change.ts';
import { createRecords } from './records.ts';
import { expiredOf, maxJournalBytes } from './retention.ts';
import { settle } from './settle.ts';
import { keptBytes, type Side, settledOn, type Transaction } from './transaction.ts';

/**
 * The journal of what the assistant does to files: each change is a transaction, written down with what was there before it is made, so that it
 * can be taken back outside of git, by another process, and after this one was ended in the middle. Knows files, not models or chats.
 */
export interface Journal {
  /** Makes a change and keeps what was there. */
  change(plan: ChangePlan): Promise<Transaction>;
  /** Every change on record, the oldest first. */
  list(): Promise<readonly FileChange[]>;
  /** Folders in the journal whose record cannot be read: what they keep is still there. */
  damaged(): Promise<readonly string[]>;
  /**
   * Takes changes back, the newest first, or makes them again (`after`), the oldest first. A change is done as a whole or not at all. Those
   * that could not be kept are returned as they are.
   * @throws NOT_FOUND for one there is not, or that is on that side already
   * @throws CHANGED_SINCE when somebody changed what it is about; before anything is done where that can be known
   */
  bring(ids: readonly string[], side: Side): Promise<readonly FileChange[]>;
  /** Changes that are older than 30 days, or beyond 1 GB of what is kept. */
  expired(): Promise<{ readonly count: number; readonly bytes: number }>;
  /** Forgets {@link expired} changes for good; returns the bytes that became free. */
  dropExpired(): Promise<number>;
}

/** How a journal works. */
export interface JournalOptions extends Partial<DiskWork> {
  /** What is kept of all changes together, and so of one (default 1 GB). */
  readonly maxBytes?: number;
}

/** The journal in a folder, which is made when it is needed. */
export function openJournal(folder: string, { isDurable = true, onStep, maxBytes = maxJournalBytes }: JournalOptions = {}): Journal {
  const records = createRecords(folder, { isDurable });
  const parts = { records, work: { isDurable, onStep } };
  let isPrepared = false;

  async function locked<T>(doing: string, run: () => Promise<T>): Promise<T> {
    try {
      await makeFolder(folder, { mode: 0o700 });
      await using _held = await lock(join(folder, '.lock'), { waitMs: 60_000 });
      return await run();
    } catch (error) {
      throw error instanceof ToolError ? error : diskError(error, pathIn(error) ?? folder, doing);
    }
  }

  /** Under the lock nobody else is at work: what looks as if was left by a process that ended. */
  async function settleAll(): Promise<readonly Transaction[]> {
    const all = await records.all();
    const left = all.filter(isUnderWay);
    for (const transaction of left) await settleOne(transaction);
    return left.length === 0 ? all : records.all();
  }

  /** What cannot be settled now, as its disk is not there, is tried again by the next start, and is in nobody's way. */
  async function settleOne(transaction: Transaction): Promise<void> {
    try {
      const side = await settle(await placedOf(transaction), parts);
      if (side === 'before' && transaction.state === 'begun') await records.drop(transaction.id);
      else await records.write(settledOn(side, transaction));
    } catch (error) {
      if (!isLuciError(error) && errnoOf(error) === undefined) throw error;
    }
  }

  async function drop(): Promise<number> {
    const expired = expiredOf(await records.all(), maxBytes);
    for (const { id } of expired) await records.drop(id);
    return expired.reduce((sum, transaction) => sum + keptBytes(transaction), 0);
  }

  async function read(): Promise<readonly Transaction[]> {
    const all = await records.all();
    return all.some(isUnderWay) ? locked('read the undo journal', settleAll) : all;
  }

  return {
    change: (plan) =>
      locked('keep what was there', async () => {
        if (!isPrepared) {
          await records.tidy();
          await settleAll();
          await drop();
          isPrepared = true;
        }
        return makeChange(plan, parts, settleOne);
      }),
    damaged: records.damaged,
    list: async () => (await read()).map(fileChangeOf),
    bring: (ids, side) =>
      locked(side === 'before' ? 'undo a change' : 'redo a change', async () => {
        return bringAll(ids, side, { all: await settleAll(), parts, settleOne });
      }),
    async expired() {
      const expired = expiredOf(await read(), maxBytes);
      return { count: expired.length, bytes: expired.reduce((sum, transaction) => sum + keptBytes(transaction), 0) };
    },
    dropExpired: () =>
      locked('clean the undo journal', async () => {
        await records.tidy();
        await settleAll();
        return drop();
      }),
  };
}

/** The path that an error of the system is about. */
function pathIn(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

function isUnderWay({ state }: Transaction): boolean {
  return state !== 'done' && state !== 'undone';
}
