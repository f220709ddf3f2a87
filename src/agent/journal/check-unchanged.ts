import { LuciError } from '../../base/errors.ts';
import { exists } from './images.ts';
import { differences, type Snapshot, snapshotOf } from './snapshot.ts';
import { isFreeFor, type Placed } from './swap.ts';
import type { Side, Transaction } from './transaction.ts';

/** What was changed since by somebody else is never overwritten. */

/** So many names are said; the rest is counted. */
const maxNames = 5;

/**
 * Throws CHANGED_SINCE, with the names, when the disk is not as the other side of a transaction left it. `slot` is where what would come
 * back is kept, `all` the transactions among which a later one may be the reason.
 */
export async function checkUnchanged(placed: Placed, side: Side, all: readonly Transaction[], slot: string): Promise<void> {
  const { transaction } = placed;
  const files = await changedSince(placed, side);
  if (files.length === 0) return;
  const { id } = transaction;
  const later =
    side === 'before' ? all.findLast((other) => other.id > id && other.state === 'done' && isAbout(other, transaction)) : undefined;
  const undone = side === 'before' ? 'undone' : 'made again';
  const lies = (await exists(slot)) ? ` What would come back lies in ${slot}.` : '';
  const verb = files.length === 1 ? 'was' : 'were';
  throw new LuciError('CHANGED_SINCE', `${namesOf(files)} ${verb} changed since; nothing of this change is ${undone}.${lies}`, {
    hint: later ? `luci undo ${later.id}` : 'luci undo --list',
    details: { id, folder: transaction.folder, files },
  });
}

/** The paths, from the folder, that are not as the other side left them. */
async function changedSince({ transaction, absolute, from }: Placed, side: Side): Promise<readonly string[]> {
  const { path, before, after } = transaction;
  if (from === undefined) return changedAt(absolute, path, side === 'before' ? after : before);
  const [there, empty] = side === 'before' ? [absolute, from] : [from, absolute];
  const [therePath, emptyPath] = side === 'before' ? [path, transaction.from ?? ''] : [transaction.from ?? '', path];
  const changed = await changedAt(there, therePath, after);
  if (side === 'after' && before !== null) return [...changed, ...(await changedAt(empty, emptyPath, before))];
  return (await isFreeFor(empty, there)) ? changed : [...changed, emptyPath];
}

async function changedAt(absolute: string, path: string, then: Snapshot | null): Promise<readonly string[]> {
  const now = await snapshotOf(absolute, then?.by ?? 'times');
  return differences(then, now).map((inner) => (inner === '' ? path : `${path}/${inner}`));
}

function isAbout(other: Transaction, { folder, path, from }: Transaction): boolean {
  const own = [path, from].filter((one) => one !== undefined);
  const others = [other.path, other.from].filter((one) => one !== undefined);
  const isBelow = (one: string, two: string): boolean => one === two || one.startsWith(`${two}/`);
  return other.folder === folder && own.some((one) => others.some((two) => isBelow(one, two) || isBelow(two, one)));
}

function namesOf(files: readonly string[]): string {
  const names = files.slice(0, maxNames).map((name) => `"${name}"`);
  const more = files.length - names.length;
  if (more > 0) return `${names.join(', ')} and ${more} more`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
