import { lstat, mkdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../base/system-error.ts';
import { uniqueMark } from '../../base/unique-mark.ts';
import { namesOf } from './path-names.ts';
import type { Places } from './places.ts';

/** What changes did to what was there, and how the last one is taken back. */

/** Something in the trash. */
export interface Trashed {
  /** Where it was, from the root. */
  readonly path: string;
  readonly trashPath: string;
}

/** One thing that a change did to what was there: put into the trash, or moved. */
export type Step =
  | { readonly kind: 'trashed'; readonly trashed: Trashed }
  | { readonly kind: 'moved'; readonly from: string; readonly to: string };

/** The trash of a workspace, with the changes that can be taken back. */
export interface Trash {
  /** What went to the trash and was not brought back, the newest last. */
  trashed(): readonly Trashed[];
  /** Moves something there; the step is part of a change. */
  take(absolute: string, path: string): Promise<Step>;
  /** A change is done. */
  note(steps: readonly Step[]): void;
  /** Takes back the last change. False when there is none. */
  restoreLast(): Promise<boolean>;
}

/** An empty trash. Its folder must lie on the same disk for moves to be quick; it is made when needed. */
export function createTrash(places: Places, folder: string): Trash {
  /** Each change with its steps. */
  const journal: (readonly Step[])[] = [];

  async function take(absolute: string, path: string): Promise<Step> {
    const trashPath = join(folder, uniqueMark(), ...namesOf(path).slice(-1));
    await mkdir(dirname(trashPath), { recursive: true });
    await moveTo(absolute, trashPath);
    return { kind: 'trashed', trashed: { path, trashPath } };
  }

  /** What is in the way of something that comes back is not lost either, but no change of its own. */
  async function putBack(from: string, path: string): Promise<void> {
    const absolute = await places.of(path);
    if (await lstat(absolute).catch(() => undefined)) await take(absolute, path);
    await moveTo(from, absolute);
  }

  async function undo(step: Step): Promise<void> {
    if (step.kind === 'moved') return putBack(await places.of(step.to), step.from);
    const { path, trashPath } = step.trashed;
    await putBack(trashPath, path);
    await rmdir(dirname(trashPath)).catch(() => undefined); // The folder of the mark; something else in it is left.
  }

  return {
    trashed: () => journal.flat().flatMap((step) => (step.kind === 'trashed' ? [step.trashed] : [])),
    take,
    note: (steps) => void journal.push(steps),
    async restoreLast() {
      const last = journal.pop();
      if (!last) return false;
      for (const step of last.toReversed()) await undo(step);
      return true;
    },
  };
}

/** Moves; to another disk by copying. */
async function moveTo(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    const { cp, rm } = await import('node:fs/promises');
    await cp(from, to, { recursive: true, errorOnExist: true, force: false });
    await rm(from, { recursive: true });
  }
}
