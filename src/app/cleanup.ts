import { rm } from 'node:fs/promises';
import { openJournal } from '../agent/journal/journal.ts';
import { freeBytesAt } from '../base/free-space.ts';
import type { Directories } from '../config/directories.ts';
import { bytesOf, type Leftover, listLeftovers, removeLeftovers } from '../download/clean.ts';
import { listPartials } from '../download/partial.ts';
import { keptAnswers, removeKeptAnswers } from './answer-journal/answer-journal.ts';

/** Room on the disk: what could be deleted without losing an installed model, and how much is free. */

/** What {@link Cleanup.clean} would delete. */
export interface Waste {
  readonly partials: readonly Leftover[];
  readonly partialBytes: number;
  readonly trashBytes: number;
  /** Changes of the assistant that are kept for undoing and whose time is over, see {@link maxJournalBytes}. */
  readonly undo: { readonly count: number; readonly bytes: number };
  /** Answers of the server that are kept to be read on, but for those under way. */
  readonly answers: { readonly count: number; readonly bytes: number };
  /** Names of the unfinished files, by key. */
  readonly fileNames: ReadonlyMap<string, string>;
}

/** What is deleted beside unfinished downloads. */
export interface CleanOptions {
  readonly trash?: boolean;
  readonly undo?: boolean;
  readonly answers?: boolean;
  /** Only these of the unfinished downloads. */
  readonly files?: readonly string[];
}

/** `luci.cleanup` */
export interface Cleanup {
  /** What could be deleted without losing an installed model. */
  waste(): Promise<Waste>;
  /**
   * Deletes unfinished downloads, of some files where they are named, and where asked to the trash, what is kept for undoing beyond 30
   * days or 1 GB, and answers of the server; returns the bytes that became free.
   */
  clean(options?: CleanOptions): Promise<number>;
  /** Free bytes on the disk of the home folder. */
  freeDiskBytes(): Promise<number>;
}

type CleanupFolders = Pick<Directories, 'home' | 'partial' | 'trash' | 'undo' | 'answers'>;

/** The cleanup of a home folder. */
export function createCleanup({ home, partial, trash: trashFolder, undo: undoFolder, answers: answersFolder }: CleanupFolders): Cleanup {
  const journal = openJournal(undoFolder);
  return {
    freeDiskBytes: () => freeBytesAt(home),
    async waste() {
      const [leftovers, partials, trashBytes, undo, answers] = await Promise.all([
        listLeftovers(partial),
        listPartials(partial),
        bytesOf(trashFolder),
        journal.expired(),
        keptAnswers(answersFolder),
      ]);
      const partialBytes = sumBytes(leftovers);
      return {
        partials: leftovers,
        partialBytes,
        trashBytes,
        undo,
        answers,
        fileNames: new Map(partials.map(({ key, file }) => [key, file])),
      };
    },
    async clean({ trash = false, undo = false, answers = false, files } = {}) {
      const [leftovers, partials] = await Promise.all([listLeftovers(partial), listPartials(partial)]);
      const meant = new Set(partials.filter(({ file }) => files?.includes(file)).map(({ key }) => key));
      const removed = await removeLeftovers(partial, files ? leftovers.filter(({ key }) => meant.has(key)) : leftovers);
      const trashBytes = trash ? await bytesOf(trashFolder) : 0;
      if (trash) await rm(trashFolder, { recursive: true, force: true });
      const undoBytes = undo ? await journal.dropExpired() : 0;
      const answerBytes = answers ? await removeKeptAnswers(answersFolder) : 0;
      return sumBytes(removed) + trashBytes + undoBytes + answerBytes;
    },
  };
}

function sumBytes(leftovers: readonly Leftover[]): number {
  return leftovers.reduce((sum, { bytes }) => sum + bytes, 0);
}
