import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './system-error.ts';

/** Makes a folder and those above it, as `makeFolder` of make-folder.ts does, without waiting; apart, because a start loads no more than it needs. */
export function makeFolderSync(folder: string, { mode }: { readonly mode?: number } = {}): void {
  if (isFolderSync(folder)) return;
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if (isFolderSync(folder)) return;
    const parent = dirname(folder);
    if (errnoOf(error) !== 'ENOENT' || isFolderSync(parent)) throw error;
    makeFolderSync(parent, { mode });
    makeFolderSync(folder, { mode });
  }
}

function isFolderSync(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false; // It cannot be looked at; making it says why.
  }
}
