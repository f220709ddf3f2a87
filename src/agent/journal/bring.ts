import { dirname } from 'node:path';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { ToolError } from '../tool.ts';
import { openPlaces } from '../workspace/places.ts';
import { checkUnchanged } from './check-unchanged.ts';
import { type FileChange, fileChangeOf } from './file-change.ts';
import { type Placed, type SwapParts, swapTo } from './swap.ts';
import { type Side, settledOn, type Transaction } from './transaction.ts';

/** Undoing and redoing transactions that are on record. */

/** What they are brought with. */
export interface BringParts {
  /** Every transaction on record, the oldest first. */
  readonly all: readonly Transaction[];
  readonly parts: SwapParts;
  /** Ends one that failed in the middle. */
  readonly settleOne: (transaction: Transaction) => Promise<void>;
}

/** Brings transactions to a side in the order in which that can be done; what is known to stand in the way is said before anything is done. */
export async function bringAll(ids: readonly string[], side: Side, bring: BringParts): Promise<readonly FileChange[]> {
  const wanted = ids.map((id) => requireOn(bring.all, id, side)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const inOrder = side === 'before' ? wanted.toReversed() : wanted;
  if (inOrder.length > 1) await checkAll(inOrder, side, bring);
  const brought: FileChange[] = [];
  try {
    for (const transaction of inOrder)
      brought.push(transaction.isKept ? await bringOne(transaction, side, bring) : fileChangeOf(transaction));
  } catch (error) {
    throw withBrought(error, brought, side);
  }
  return brought;
}

async function bringOne(transaction: Transaction, side: Side, { all, parts, settleOne }: BringParts): Promise<FileChange> {
  const { records, work } = parts;
  const placed = await placedOf(transaction);
  await checkUnchanged(placed, side, all, records.slot(transaction.id, side));
  // The folder it was in may have been removed since.
  const target = side === 'before' ? (placed.from ?? placed.absolute) : placed.absolute;
  if (transaction[side] !== null || placed.from !== undefined) await makeFolder(dirname(target));
  const underWay: Transaction = { ...transaction, state: side === 'before' ? 'undoing' : 'redoing' };
  await records.write(underWay);
  work.onStep?.('recorded');
  try {
    const isAsItWas = await swapTo(side, placed, parts);
    const done = await records.write(settledOn(side, transaction));
    work.onStep?.('done');
    return { ...fileChangeOf(done), isAsItWas };
  } catch (error) {
    await settleOne(underWay);
    if (!(error instanceof ToolError)) throw error;
    throw new LuciError('CHANGED_SINCE', `${error.message}.`, { hint: 'luci undo --list', cause: error });
  }
}

/** What the first change of each place says is what the disk must have; those behind it begin with what that one leaves. */
async function checkAll(inOrder: readonly Transaction[], side: Side, { all, parts }: BringParts): Promise<void> {
  const seen: string[] = [];
  for (const transaction of inOrder.filter(({ isKept }) => isKept)) {
    const paths = [transaction.path, transaction.from].filter((path) => path !== undefined);
    const isFirst = !paths.some((path) => seen.some((other) => isSameOrBelow(path, other) || isSameOrBelow(other, path)));
    if (isFirst) await checkUnchanged(await placedOf(transaction), side, all, parts.records.slot(transaction.id, side));
    seen.push(...paths);
  }
}

function isSameOrBelow(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}/`);
}

/** A transaction with its places, none of them outside its folder. */
export async function placedOf(transaction: Transaction): Promise<Placed> {
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

/** An error that ends several changes in the middle says which were brought back before it. */
function withBrought(error: unknown, brought: readonly FileChange[], side: Side): unknown {
  if (!isLuciError(error, 'CHANGED_SINCE') || brought.length === 0) return error;
  const names = brought.map(({ path }) => `"${path}"`).join(', ');
  return new LuciError('CHANGED_SINCE', `${error.message} Before it was ${side === 'before' ? 'undone' : 'made again'}: ${names}.`, {
    hint: error.hint,
    details: { ...error.details, brought: brought.map(({ id }) => id) },
  });
}
