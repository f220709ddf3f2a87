import { realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { FileChange } from '../agent/journal/file-change.ts';
import { openJournal } from '../agent/journal/journal.ts';
import { LuciError } from '../base/errors.ts';

/** Taking back what the assistant's tools did to files. Works without a model, in any process, whatever ended the one before. */

/** Which changes are meant. */
export interface ChangeChoice {
  /** One change, by its id. */
  readonly id?: string;
  /** The newest one that was made in this folder, or by tools on a folder that it lies in (default: in any). */
  readonly folder?: string;
  /** All changes that were made for a question of a chat. */
  readonly question?: string;
}

/** `luci.undo` */
export interface Undo {
  /** Changes on record, the newest first; those of one folder where it is named. Undone ones are among them. */
  list(options?: Pick<ChangeChoice, 'folder' | 'question'>): Promise<readonly FileChange[]>;
  /** Folders of changes whose record cannot be read, so that they cannot be undone; what they keep is still in them. */
  damaged(): Promise<readonly string[]>;
  /**
   * Takes back a change: the one named, or the newest. What was there comes back with its content, mode and times; what was made goes
   * into the journal, so that {@link redo} brings it again. Returns what was done, the newest first; of a question also what could not be
   * kept (`isKept` false, still `done`).
   * @throws NOT_FOUND where there is nothing to take back, or it could not be kept
   * @throws CHANGED_SINCE where somebody changed it since: then nothing of that change is done. `details.files` names what
   */
  undo(choice?: ChangeChoice): Promise<readonly FileChange[]>;
  /** Makes a change again that was undone: the one named, or the one that was undone last. Errors as of {@link undo}. */
  redo(choice?: ChangeChoice): Promise<readonly FileChange[]>;
}

/** Undone newest first, so the last one is the oldest of those of one moment. */
function lastUndoneFirst(one: FileChange, other: FileChange): number {
  const [a, b] = [one.undoneTime ?? '', other.undoneTime ?? ''];
  if (a === b) return one.id < other.id ? -1 : 1;
  return a > b ? -1 : 1;
}

/** What there is to take back in a home folder. */
export function createUndo(undoFolder: string): Undo {
  const journal = openJournal(undoFolder);

  async function list({ folder, question }: Pick<ChangeChoice, 'folder' | 'question'> = {}): Promise<readonly FileChange[]> {
    const place = folder === undefined ? undefined : await realpath(folder).catch(() => resolve(folder));
    const isMeant = (change: FileChange): boolean =>
      (place === undefined || place === change.folder || place.startsWith(change.folder + sep)) &&
      (question === undefined || change.question === question);
    return (await journal.list()).filter(isMeant).toReversed();
  }

  async function choose({ id, ...rest }: ChangeChoice, state: FileChange['state']): Promise<readonly FileChange[]> {
    const listed = await list(rest);
    if (id !== undefined) {
      const named = listed.find((change) => change.id === id);
      if (!named) throw new LuciError('NOT_FOUND', `No change ${id} is on record.`, { hint: 'luci undo --list' });
      return [named];
    }
    const there = listed.filter((change) => change.state === state);
    if (rest.question !== undefined) return there;
    return (state === 'done' ? there : there.sort(lastUndoneFirst)).slice(0, 1);
  }

  async function bring(choice: ChangeChoice, state: FileChange['state']): Promise<readonly FileChange[]> {
    const chosen = await choose(choice, state);
    if (chosen.length === 0 && choice.question !== undefined) return [];
    const what = state === 'done' ? 'undo' : 'redo';
    const where = choice.folder === undefined ? '' : ` in ${choice.folder}`;
    if (chosen.length === 0) throw new LuciError('NOT_FOUND', `There is nothing to ${what}${where}.`, { hint: 'luci undo --list' });
    const [first] = chosen;
    if (choice.question === undefined && first?.isKept === false)
      throw new LuciError('NOT_FOUND', `"${first.path}" was too large to be kept: its change ${first.id} cannot be undone.`, {
        hint: 'luci undo --list',
      });
    const ids = chosen.map(({ id }) => id);
    return journal.bring(ids, state === 'done' ? 'before' : 'after');
  }

  return { list, damaged: journal.damaged, undo: (choice = {}) => bring(choice, 'done'), redo: (choice = {}) => bring(choice, 'undone') };
}
