import { link, lstat, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { renameOver, syncFolder } from '../../base/atomic-file.ts';
import { errnoOf, isNotFound } from '../../base/system-error.ts';
import { ToolError } from '../tool.ts';
import { copyTree, removeTree } from './copy-tree.ts';
import { isAt, type Snapshot, snapshotOf } from './snapshot.ts';

/**
 * How things go from the disk into the journal and back. What can be seen of each is one rename: whoever looks, and whatever ends this
 * process, finds a thing whole where it was or whole where it goes.
 */

/** How the disk is worked on. */
export interface DiskWork {
  /** What is written survives a loss of power. */
  readonly isDurable: boolean;
  /** Told the name of each step before the next one; tests end the process there. */
  readonly onStep?: (step: string) => void;
}

/** What may lie beside a place while a transaction is under way. */
interface BesideNames {
  readonly coming: string;
  /** What was copied to another disk; whether all of it arrived is to be seen. */
  readonly going: string;
  /** What all of arrived, and is being removed. */
  readonly gone: string;
}

/** The names of what may lie beside a place for a transaction. */
export function besideNames(absolute: string, id: string): BesideNames {
  const beside = (end: string): string => join(dirname(absolute), `.luci-${id}.${end}`);
  return { coming: beside('in'), going: beside('out'), gone: beside('gone') };
}

/** A second copy, for a file that has other names elsewhere: they write into the first one. */
export function copyBeside(slot: string): string {
  return `${slot}-copy`;
}

/**
 * Keeps a file that stays where it is until another is renamed over it. A second name for it costs nothing and keeps all of it, owner and
 * times included; what its other names or an open program write into it later is written into what is kept, hence the copy.
 */
export async function keep(absolute: string, slot: string, work: DiskWork): Promise<void> {
  await removeTree(slot);
  await removeTree(copyBeside(slot));
  const { nlink } = await lstat(absolute);
  const isLinked = await link(absolute, slot).then(
    () => true,
    () => false, // Another disk, or one that has no second names, or a file of somebody else.
  );
  if (!isLinked) await copyWhole(absolute, slot, work);
  else if (nlink > 1) await copyWhole(absolute, copyBeside(slot), work);
  if (work.isDurable) await syncFolder(dirname(slot));
  work.onStep?.('kept');
}

/** Moves something from its place into the journal. */
export async function take(absolute: string, slot: string, id: string, work: DiskWork): Promise<void> {
  await removeTree(slot);
  try {
    await rename(absolute, slot);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    await takeToOtherDisk(absolute, slot, id, work);
  }
  work.onStep?.('taken');
  if (work.isDurable) await syncBoth(slot, absolute);
}

async function takeToOtherDisk(absolute: string, slot: string, id: string, work: DiskWork): Promise<void> {
  await copyWhole(absolute, slot, work);
  work.onStep?.('copied');
  const { going, gone } = besideNames(absolute, id);
  await rename(absolute, going);
  work.onStep?.('set aside');
  // Whoever wrote into it while it was copied must find that again.
  if (!(await isAt(going, await snapshotOf(slot, 'content')))) {
    await rename(going, absolute);
    throw new ToolError(`"${basename(absolute)}" changed while it was kept; nothing was done`);
  }
  await rename(going, gone);
  work.onStep?.('checked');
  await removeTree(gone);
}

/** Brings what is kept to its place, over a file that is there. Returns whether it is as it was when it was kept. */
export async function place(slot: string, absolute: string, id: string, was: Snapshot | null, work: DiskWork): Promise<boolean> {
  const copy = copyBeside(slot);
  const hasCopy = await exists(copy);
  const isSame = await isAt(slot, was);
  const source = !isSame && hasCopy ? copy : slot;
  try {
    await renameOver(source, absolute);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    const { coming } = besideNames(absolute, id);
    await removeTree(coming);
    await copyTree(source, coming, work);
    work.onStep?.('copied');
    await renameOver(coming, absolute);
  }
  work.onStep?.('placed');
  if (work.isDurable) await syncBoth(absolute, slot);
  await removeTree(slot);
  await removeTree(copy);
  return isSame || hasCopy;
}

/** A copy that has its name only when it is whole. */
async function copyWhole(from: string, to: string, work: DiskWork): Promise<void> {
  const part = `${to}.part`;
  await removeTree(part);
  await copyTree(from, part, work);
  await rename(part, to);
}

async function syncBoth(one: string, other: string): Promise<void> {
  await syncFolder(dirname(one));
  await syncFolder(dirname(other));
}

/** Whether something stands there, whatever it is. */
export async function exists(absolute: string): Promise<boolean> {
  return lstat(absolute).then(
    () => true,
    (error: unknown) => {
      if (!isNotFound(error)) throw error;
      return false;
    },
  );
}
