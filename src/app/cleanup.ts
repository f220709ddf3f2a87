import { rm } from 'node:fs/promises';
import { freeBytesAt } from '../base/free-space.ts';
import type { Directories } from '../config/directories.ts';
import { bytesOf, type Leftover, listLeftovers, removeLeftovers } from '../download/clean.ts';
import { listPartials } from '../download/partial.ts';

/** Room on the disk: what could be deleted without losing an installed model, and how much is free. */

/** What {@link Cleanup.clean} would delete. */
export interface Waste {
  readonly partials: readonly Leftover[];
  readonly partialBytes: number;
  readonly trashBytes: number;
  /** Names of the unfinished files, by key. */
  readonly fileNames: ReadonlyMap<string, string>;
}

/** `luci.cleanup` */
export interface Cleanup {
  /** What could be deleted without losing an installed model. */
  waste(): Promise<Waste>;
  /** Deletes unfinished downloads, of some files where they are named, and the trash where asked to; returns the bytes that became free. */
  clean(options?: { readonly trash?: boolean; readonly files?: readonly string[] }): Promise<number>;
  /** Free bytes on the disk of the home folder. */
  freeDiskBytes(): Promise<number>;
}

/** The cleanup of a home folder. */
export function createCleanup({ home, partial, trash: trashFolder }: Pick<Directories, 'home' | 'partial' | 'trash'>): Cleanup {
  return {
    freeDiskBytes: () => freeBytesAt(home),
    async waste() {
      const [leftovers, partials, trashBytes] = await Promise.all([listLeftovers(partial), listPartials(partial), bytesOf(trashFolder)]);
      const partialBytes = sumBytes(leftovers);
      return { partials: leftovers, partialBytes, trashBytes, fileNames: new Map(partials.map(({ key, file }) => [key, file])) };
    },
    async clean({ trash = false, files } = {}) {
      const [leftovers, partials] = await Promise.all([listLeftovers(partial), listPartials(partial)]);
      const meant = new Set(partials.filter(({ file }) => files?.includes(file)).map(({ key }) => key));
      const removed = await removeLeftovers(partial, files ? leftovers.filter(({ key }) => meant.has(key)) : leftovers);
      const trashBytes = trash ? await bytesOf(trashFolder) : 0;
      if (trash) await rm(trashFolder, { recursive: true, force: true });
      return sumBytes(removed) + trashBytes;
    },
  };
}

function sumBytes(leftovers: readonly Leftover[]): number {
  return leftovers.reduce((sum, { bytes }) => sum + bytes, 0);
}
