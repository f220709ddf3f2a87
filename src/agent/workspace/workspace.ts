import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type JournalOptions, openJournal } from '../journal/journal.ts';
import { maxJournalBytes } from '../journal/retention.ts';
import { type Changes, createChanges } from './changes.ts';
import { openPlaces } from './places.ts';
import { listFolder, readEnd, readText, type TextPart } from './reading.ts';
import { type FoundEntry, walkFolder } from './walk.ts';

/**
 * One folder in which a model may work. Nothing outside of it is read or written: no absolute paths, no way up, no links, no names
 * that mean something else on another system. What was there before each change is kept, so that it can be undone.
 */
export interface Workspace extends Changes {
  readonly root: string;
  /** Names of a folder, folders with a slash at their end, sorted. */
  list(path: string): Promise<readonly string[]>;
  /** The text of a plain file below the folder. Throws ToolError for one that is not there, is no text, or lies outside. */
  read(path: string): Promise<string>;
  /** The first or the last megabyte of a text file of any size, in whole lines. Throws as {@link read}. */
  readEnd(path: string, end: 'first' | 'last'): Promise<TextPart>;
  /** Everything below a folder, see {@link walkFolder}. */
  walk(path: string, options?: { readonly isWhole?: boolean }): AsyncIterable<FoundEntry>;
  /** Whether something is at the path. */
  exists(path: string): Promise<boolean>;
  /** Whether a folder is at the path. */
  isFolder(path: string): Promise<boolean>;
}

/** How a workspace is opened. */
export interface WorkspaceOptions extends JournalOptions {
  /** The question that a change is made for, as its record tells it. */
  readonly question?: () => string | undefined;
}

/**
 * Opens a workspace on an existing folder. `journalFolder` is where changes are on record, with what was there; it is made when needed. On
 * the same disk that costs little.
 * @throws NOT_FOUND for a folder that is none
 */
export async function openWorkspace(
  folder: string,
  journalFolder: string,
  { question, ...options }: WorkspaceOptions = {},
): Promise<Workspace> {
  const places = await openPlaces(folder);
  const ownFolder = await realpath(journalFolder).catch(() => resolve(journalFolder));
  const { maxBytes = maxJournalBytes } = options;
  const journal = openJournal(ownFolder, options);
  const found = async (path: string): Promise<Stats | undefined> => lstat(await places.of(path)).catch(() => undefined);
  return {
    ...createChanges(places, { journal, journalFolder: ownFolder, maxBytes, question }),
    root: places.root,
    list: (path) => listFolder(places, path),
    read: (path) => readText(places, path),
    readEnd: (path, end) => readEnd(places, path, end),
    walk: (path, { isWhole } = {}) => walkFolder(places, path, isWhole),
    exists: async (path) => (await found(path)) !== undefined,
    isFolder: async (path) => (await found(path))?.isDirectory() === true,
  };
}
