import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, isNotFound } from '../../base/system-error.ts';
import { ToolError } from '../tool.ts';
import type { Places } from './places.ts';
import { said } from './reading.ts';

/** What lies below a folder. */

/** Something below a folder; links are told and not followed. */
export interface FoundEntry {
  /** From the root of the workspace, with slashes. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'other';
  readonly bytes: number;
  readonly changed: Date;
}

/** Folders that people do not mean: what a program keeps of other files. */
const unmeant: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/**
 * Everything below a folder, or the file itself, in the order of names. What is in `.git` and `node_modules` is left out unless `isWhole`.
 */
export async function* walkFolder(places: Places, path: string, isWhole = false): AsyncGenerator<FoundEntry> {
  const absolute = await places.of(path);
  await places.requireFolder(absolute, path);
  const found = await lstat(absolute).catch((error: unknown) => {
    throw said(error, path, 'file or folder');
  });
  const own = absolute.slice(places.root.length + 1).replaceAll('\\', '/');
  if (found.isDirectory()) yield* below(places, own, isWhole);
  else yield entryOf(own, found);
}

async function* below(places: Places, path: string, isWhole: boolean): AsyncGenerator<FoundEntry> {
  const absolute = join(places.root, path);
  for (const name of await namesIn(places, absolute, path)) {
    const inner = path === '' ? name : `${path}/${name}`;
    const found = await lstat(join(absolute, name)).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    if (!found) continue;
    yield entryOf(inner, found);
    if (found.isDirectory() && (isWhole || !unmeant.has(name))) yield* below(places, inner, isWhole);
  }
}

/** None where the folder is gone, may not be read, or was swapped for a link since it was seen. */
async function namesIn(places: Places, absolute: string, path: string): Promise<readonly string[]> {
  try {
    await places.requireInside(join(absolute, 'anything'), path);
    return (await readdir(absolute)).sort();
  } catch (error) {
    if (error instanceof ToolError || isNotFound(error) || errnoOf(error) === 'EACCES') return [];
    throw error;
  }
}

function entryOf(path: string, found: Stats): FoundEntry {
  const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  return { path, kind, bytes: kind === 'file' ? found.size : 0, changed: found.mtime };
}
