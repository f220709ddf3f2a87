import { dirname, join } from 'node:path';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { lock } from '../../base/lock.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { diskError, errnoOf } from '../../base/system-error.ts';
import { ToolError } from '../tool.ts';
import { openPlaces } from '../workspace/places.ts';
import { checkUnchanged } from './check-unchanged.ts';
import { type FileChange, fileChangeOf } from './file-change.ts';
import type { DiskWork } from './images.ts';
import { type ChangePlan, makeChange } from './make-change.ts';
import { createRecords } from './records.ts';
import { expiredOf, maxJournalBytes } from './retention.ts';
import { settle } from './settle.ts';
import { type Placed, swapTo } from './swap.ts';
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

  async function one(transaction: Transaction, side: Side, all: readonly Transaction[]): Promise<FileChange> {
    const placed = await placedOf(transaction);
    await checkUnchanged(placed, side, all, records.slot(transaction.id, side));
    const target = side === 'before' ? (placed.from ?? placed.absolute) : placed.absolute;
    if (transaction[side] !== null || placed.from !== undefined) await makeFolder(dirname(target));
    const underWay: Transaction = { ...transaction, state: side === 'before' ? 'undoing' : 'redoing' };
    await records.write(underWay);
    onStep?.('recorded');
    try {
      const isAsItWas = await swapTo(side, placed, parts);
      const done = await records.write(settledOn(side, transaction));
      onStep?.('done');
      return { ...fileChangeOf(done), isAsItWas };
    } catch (error) {
      await settleOne(underWay);
      if (!(error instanceof ToolError)) throw error;
      throw new LuciError('CHANGED_SINCE', `${error.message}.`, { hint: 'luci undo --list', cause: error });
    }
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
    list: async () => (await read()).map(fileChangeOf),
    bring: (ids, side) =>
      locked(side === 'before' ? 'undo a change' : 'redo a change', async () => {
        const all = await settleAll();
        const wanted = ids.map((id) => requireOn(all, id, side)).sort((a, b) => (a.id < b.id ? -1 : 1));
        const inOrder = side === 'before' ? wanted.toReversed() : wanted;
        if (inOrder.length > 1) await checkAll(inOrder, side, all);
        const brought: FileChange[] = [];
        for (const transaction of inOrder)
          brought.push(
            transaction.isKept ? await one(transaction, side, all).catch(tellBrought(brought, side)) : fileChangeOf(transaction),
          );
        return brought;
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

  /** What the first change of each place says is what the disk must have; those behind it begin with what that one leaves. */
  async function checkAll(inOrder: readonly Transaction[], side: Side, all: readonly Transaction[]): Promise<void> {
    const seen: string[] = [];
    for (const transaction of inOrder.filter(({ isKept }) => isKept)) {
      const paths = [transaction.path, transaction.from].filter((path) => path !== undefined);
      const isFirst = !paths.some((path) => seen.some((other) => isSameOrBelow(path, other) || isSameOrBelow(other, path)));
      if (isFirst) await checkUnchanged(await placedOf(transaction), side, all, records.slot(transaction.id, side));
      seen.push(...paths);
    }
  }
}

/** An error that ends several changes in the middle says which were brought back before it. */
function tellBrought(brought: readonly FileChange[], side: Side): (error: unknown) => never {
  return (error) => {
    if (!isLuciError(error, 'CHANGED_SINCE') || brought.length === 0) throw error;
    const names = brought.map(({ path }) => `"${path}"`).join(', ');
    const message = `${error.message} Before it was ${side === 'before' ? 'undone' : 'made again'}: ${names}.`;
    throw new LuciError('CHANGED_SINCE', message, {
      hint: error.hint,
      details: { ...error.details, brought: brought.map(({ id }) => id) },
    });
  };
}

/** The path that an error of the system is about. */
function pathIn(error: unknown): string | undefined {
  return error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

function isUnderWay({ state }: Transaction): boolean {
  return state !== 'done' && state !== 'undone';
}

function isSameOrBelow(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}/`);
}

/** A transaction with its places, none of them outside its folder. */
async function placedOf(transaction: Transaction): Promise<Placed> {
  const { path, from, id, folder } = transaction;
  const { of } = await openPlaces(folder);
  try {
    return { transaction, absolute: await of(path), from: from === undefined ? undefined : await of(from) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    // A link, or a file where a folder was.
    const files = [path, from].filter((one) => one !== undefined);
    throw new LuciError('CHANGED_SINCE', `The way to a file was changed since: ${error.message}.`, {
      hint: 'luci undo --list',
      details: { id, folder, files },
    });
  }
}

function requireOn(all: readonly Transaction[], id: string, side: Side): Transaction {
  const found = all.find((transaction) => transaction.id === id);
  if (!found) throw new LuciError('NOT_FOUND', `No change ${id} is on record.`, { hint: 'luci undo --list' });
  const isThere = (found.state === 'undone') === (side === 'before');
  if (isThere)
    throw new LuciError('NOT_FOUND', side === 'before' ? `The change ${id} is undone already.` : `The change ${id} is not undone.`, {
      hint: 'luci undo --list',
    });
  return found;
}
