import { lstat } from 'node:fs/promises';
import { type Changes, createChanges } from './changes.ts';
import { openPlaces } from './places.ts';
import { listFolder, readText } from './reading.ts';
import { createTrash, type Trashed } from './trash.ts';

/**
 * One folder in which a model may work. Nothing outside of it is read or written: no absolute paths, no way up, no links, no names
 * that mean something else on another system. What is overwritten or deleted goes to a trash folder first.
 */
export interface Workspace extends Changes {
  readonly root: string;
  /** Names of a folder, folders with a slash at their end, sorted. */
  list(path: string): Promise<readonly string[]>;
  /** The text of a plain file below the folder. Throws ToolError for one that is not there, is no text, or lies outside. */
  read(path: string): Promise<string>;
  /** Whether something is at the path. */
  exists(path: string): Promise<boolean>;
  /** What went to the trash and was not brought back, the newest last. */
  readonly trashed: readonly Trashed[];
  /** Takes back the last change of what was there: replaced and deleted things come back, moved ones go back. False when there is none. */
  restoreLast(): Promise<boolean>;
}

/**
 * Opens a workspace on an existing folder. `trashFolder` must lie on the same disk for moves to be quick; it is made when needed.
 * @throws NOT_FOUND for a folder that is none
 */
export async function openWorkspace(folder: string, trashFolder: string): Promise<Workspace> {
  const places = await openPlaces(folder);
  const trash = createTrash(places, trashFolder);
  return {
    ...createChanges(places, trash),
    root: places.root,
    list: (path) => listFolder(places, path),
    read: (path) => readText(places, path),
    exists: async (path) => (await lstat(await places.of(path)).catch(() => undefined)) !== undefined,
    get trashed() {
      return trash.trashed();
    },
    restoreLast: trash.restoreLast,
  };
}
