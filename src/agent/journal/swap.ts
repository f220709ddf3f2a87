import { link, lstat, rename } from 'node:fs/promises';
import { type DiskWork, exists, keep, place, take } from './images.ts';
import type { Records } from './records.ts';
import type { Side, Transaction } from './transaction.ts';

/** Bringing the files of a transaction to one of its two sides. */

/** A transaction with the places that it is about. */
export interface Placed {
  readonly transaction: Transaction;
  readonly absolute: string;
  /** Of a move: where it was. */
  readonly from?: string;
}

/** What swapping works with. */
export interface SwapParts {
  readonly records: Records;
  readonly work: DiskWork;
}

/**
 * Brings the files, which stand on the other side, to `side`. `fresh` is where a new thing waits that was never in the journal.
 * Returns whether what came back is as it was.
 */
export async function swapTo(side: Side, placed: Placed, { records, work }: SwapParts, fresh?: string): Promise<boolean> {
  const { transaction, absolute, from } = placed;
  const { id } = transaction;
  if (from !== undefined) return side === 'after' ? moveThere(placed, from, { records, work }) : moveBack(placed, from, { records, work });
  const other: Side = side === 'after' ? 'before' : 'after';
  const wanted = transaction[side];
  if (wanted === null) {
    await take(absolute, records.slot(id, other), id, work);
    return true;
  }
  if (transaction[other] !== null) await keep(absolute, records.slot(id, other), work);
  if (fresh === undefined) return place(records.slot(id, side), absolute, id, wanted, work);
  await rename(fresh, absolute);
  work.onStep?.('placed');
  return true;
}

async function moveThere({ transaction, absolute }: Placed, from: string, { records, work }: SwapParts): Promise<boolean> {
  const { id, before, after } = transaction;
  const slot = records.slot(id, 'before');
  if (before !== null) {
    if (after?.kind === 'folder') await take(absolute, slot, id, work);
    else await keep(absolute, slot, work);
  }
  await rename(from, absolute);
  work.onStep?.('moved');
  return true;
}

async function moveBack({ transaction, absolute }: Placed, from: string, { records, work }: SwapParts): Promise<boolean> {
  const { id, before, after } = transaction;
  // A second name first: then the place is never without something.
  const isLinked =
    before !== null &&
    after?.kind !== 'folder' &&
    (await link(absolute, from).then(
      () => true,
      () => false,
    ));
  if (!isLinked) await rename(absolute, from);
  work.onStep?.('moved');
  return before === null || place(records.slot(id, 'before'), absolute, id, before, work);
}

/** Whether a place is free, or holds, in other letters of the same name, the very thing that is to go there. */
export async function isFreeFor(place: string, thing: string | undefined): Promise<boolean> {
  return !(await exists(place)) || (thing !== undefined && isSameThing(place, thing));
}

/** Whether two places have one file or folder. */
export async function isSameThing(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => lstat(path, { bigint: true }).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}
