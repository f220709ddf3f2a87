import { rename } from 'node:fs/promises';
import { removeTree } from './copy-tree.ts';
import { besideNames, exists, place } from './images.ts';
import { isAt, snapshotOf } from './snapshot.ts';
import { isSameThing, type Placed, type SwapParts } from './swap.ts';
import type { Side, Transaction } from './transaction.ts';

/**
 * Ends a transaction that was ended in the middle, by a fault or with its process: finds out on which side the files are, tidies up, and
 * returns the side. Each step is one rename, so what is left tells how far it came. Only a move onto something has two; one that stands
 * between them is brought back. Nothing that is not luci's is overwritten or removed, and what cannot be told is `after`: then all that is
 * kept stays, and undoing says by name what is in its way.
 */
export async function settle(placed: Placed, parts: SwapParts): Promise<Side> {
  const { transaction, absolute, from } = placed;
  const wanted: Side = transaction.state === 'undoing' ? 'before' : 'after';
  const beside = besideNames(absolute, transaction.id);
  const hasFresh = transaction.state === 'begun' && (await exists(beside.coming));
  await settleGoing(beside, absolute, parts.records.slot(transaction.id, wanted === 'after' ? 'before' : 'after'));
  const reached = !transaction.isKept
    ? await settleLost(placed)
    : from === undefined
      ? await settleOne(placed, wanted, hasFresh, parts)
      : await settleMove(placed, from, parts);
  // Only luci writes there, and only what is in the journal or was never anywhere.
  await removeTree(beside.coming);
  await removeTree(beside.gone);
  return reached;
}

/** Where nothing is kept there is nothing to bring back: it is not begun as long as all is there. */
async function settleLost({ transaction, absolute, from }: Placed): Promise<Side> {
  const isBegun = !(await isAt(absolute, transaction.before)) || (from !== undefined && !(await exists(from)));
  return isBegun ? 'after' : 'before';
}

/** What was set aside on its way to another disk is removed when all of it arrived; else it goes back. */
async function settleGoing({ going, gone }: ReturnType<typeof besideNames>, absolute: string, slot: string): Promise<void> {
  if (!(await exists(going))) return;
  const arrived = await snapshotOf(slot, 'content');
  const hasArrived = arrived !== null && (await isAt(going, arrived));
  if (hasArrived) await rename(going, gone);
  else if (!(await exists(absolute))) await rename(going, absolute);
}

async function settleOne({ transaction, absolute }: Placed, wanted: Side, hasFresh: boolean, { records }: SwapParts): Promise<Side> {
  const { id } = transaction;
  const other: Side = wanted === 'after' ? 'before' : 'after';
  const isStillThere = await isAt(absolute, transaction[other]);
  if (isEmptyOn(wanted, transaction)) return (await exists(records.slot(id, other))) && !isStillThere ? wanted : other;
  if (transaction.state === 'begun') return hasFresh || transaction.after === null ? other : wanted;
  if (!(await exists(records.slot(id, wanted)))) return wanted;
  return !isStillThere && (await isAt(absolute, transaction[wanted])) ? wanted : other;
}

/** Whether nothing stands at the place on that side. */
function isEmptyOn(side: Side, { operation, before }: Transaction): boolean {
  return side === 'after' ? operation === 'delete' : before === null;
}

async function settleMove({ transaction, absolute }: Placed, from: string, { records, work }: SwapParts): Promise<Side> {
  const { id, before, after, state } = transaction;
  const slot = records.slot(id, 'before');
  const isUndoing = state === 'undoing';
  const isKept = before !== null && (await exists(slot));
  const isBack = await exists(from);
  if (isKept && isBack && (await isInTheMiddle({ transaction, absolute }, from))) {
    await place(slot, absolute, id, before, work);
    return 'before';
  }
  if (!isUndoing) return isBack && (await isAt(absolute, before)) ? 'before' : 'after';
  if (before !== null) return isKept ? 'after' : 'before';
  return isBack && !(await isAt(absolute, after)) ? 'before' : 'after';
}

/** The place is empty or has still what was moved there, while that is back where it was. */
async function isInTheMiddle({ transaction, absolute }: Placed, from: string): Promise<boolean> {
  return !(await exists(absolute)) || (transaction.state === 'undoing' && (await isSameThing(absolute, from)));
}
