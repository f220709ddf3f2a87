import { lstat, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ToolError } from '../tool.ts';
import { removeTree, syncTree } from './copy-tree.ts';
import { besideNames, type DiskWork } from './images.ts';
import { isAt, type Snapshot, snapshotOf } from './snapshot.ts';
import { isFreeFor, isSameThing, type Placed, type SwapParts, swapTo } from './swap.ts';
import type { Transaction } from './transaction.ts';

/** Making a change: first the record, then what was there into the journal, then the change itself. */

/** What is to be changed. */
export interface ChangePlan extends Pick<Transaction, 'operation' | 'folder' | 'question' | 'path' | 'from' | 'isKept'> {
  readonly absolute: string;
  /** Of a move: the place of `from`. */
  readonly source?: string;
  /** Makes the new file or folder at a name beside its place. */
  readonly make?: (coming: string) => Promise<void>;
}

/** More than this is not read a second time right before the change. */
const maxReadAgain = 1_000_000;

/** Makes the change; what fails in the middle is settled. */
export async function makeChange(
  plan: ChangePlan,
  parts: SwapParts,
  settleOne: (transaction: Transaction) => Promise<void>,
): Promise<Transaction> {
  const { absolute, source: from } = plan;
  const { records, work } = parts;
  let transaction = await begin(plan, parts);
  try {
    const fresh = plan.make && besideNames(absolute, transaction.id).coming;
    if (fresh !== undefined) {
      await makeFresh(plan, fresh, work);
      transaction = await records.write({ ...transaction, after: await snapshotOf(fresh) });
      work.onStep?.('recorded');
    }
    const placed: Placed = { transaction, absolute, from };
    await requireUnchanged(placed);
    if (plan.isKept) await swapTo('after', placed, parts, fresh);
    else await lose(placed, fresh);
    transaction = await records.write({ ...transaction, state: 'done' });
    work.onStep?.('done');
    return transaction;
  } catch (error) {
    await settleOne(transaction);
    throw error;
  }
}

/** The record that comes before everything else. */
async function begin(plan: ChangePlan, { records, work }: SwapParts): Promise<Transaction> {
  const { absolute, source, operation, folder, question, path, from, isKept } = plan;
  // In other letters of its own name a thing is in nobody's way.
  const isItself = source !== undefined && (await isSameThing(absolute, source));
  const way = isKept ? await wayOf(absolute, records.folder) : 'times';
  const before = isItself ? null : await snapshotOf(absolute, way);
  const after = source === undefined ? null : await snapshotOf(source);
  const time = new Date().toISOString();
  const begun = await records.begin({ time, folder, question, operation, path, from, before, after, isKept, state: 'begun' });
  work.onStep?.('begun');
  return begun;
}

/** On another disk times lose their last digits: there only contents are known again. */
async function wayOf(absolute: string, journalFolder: string): Promise<Snapshot['by'] | undefined> {
  const [here, there] = await Promise.all([lstat(dirname(absolute)), lstat(journalFolder)]);
  return here.dev === there.dev ? undefined : 'content';
}

/** Makes what is new beside its place. */
async function makeFresh({ make }: ChangePlan, fresh: string, { isDurable, onStep }: DiskWork): Promise<void> {
  await make?.(fresh);
  if (isDurable) await syncTree(fresh);
  onStep?.('made');
}

/** What was read may be long ago where it was much. */
async function requireUnchanged({ transaction, absolute, from }: Placed): Promise<void> {
  const { before, path } = transaction;
  const isSame = before === null ? await isFreeFor(absolute, from) : before.bytes > maxReadAgain || (await isAt(absolute, before));
  if (!isSame) throw new ToolError(`"${path}" was changed by somebody else at the same time; nothing was done`);
}

/** Changes what is too large to be kept, for good. */
async function lose({ transaction, absolute, from }: Placed, fresh: string | undefined): Promise<void> {
  const { operation, after } = transaction;
  if (operation === 'delete' || after?.kind === 'folder') await removeTree(absolute);
  const coming = fresh ?? from;
  if (coming !== undefined) await rename(coming, absolute);
}
