import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { tryLock } from '../base/lock.ts';
import { diskError } from '../base/system-error.ts';
import { isGivenUp, keyOf } from './partial.ts';

/** Removing what unfinished downloads left. */

/** Files that belong to one unfinished download, or to one attempt. */
export interface Leftover {
  /** The first part of their names. */
  readonly key: string;
  readonly names: readonly string[];
  readonly bytes: number;
}

/** What lies in the folder of partial files. */
export async function listLeftovers(folder: string): Promise<readonly Leftover[]> {
  const names = await readdir(folder).catch(() => []);
  const byKey = new Map<string, string[]>();
  for (const name of names) {
    const key = keyOf(name);
    byKey.set(key, [...(byKey.get(key) ?? []), name]);
  }
  const leftovers = [...byKey.entries()].map(async ([key, own]) => {
    const sizes = await Promise.all(own.map((name) => bytesOf(join(folder, name))));
    return { key, names: own, bytes: sizes.reduce((sum, size) => sum + size, 0) };
  });
  return Promise.all(leftovers);
}

/** Removes leftovers; those another luci is working on stay. Returns what was removed. */
export async function removeLeftovers(folder: string, leftovers: readonly Leftover[]): Promise<readonly Leftover[]> {
  const removed: Leftover[] = [];
  for (const leftover of leftovers) {
    const held = await tryLock(join(folder, `${leftover.key}.lock`));
    if (!held) continue;
    await using _held = held;
    for (const name of leftover.names) {
      if (/\.lock(\.[^.]+)?$/.test(name)) continue;
      const path = join(folder, name);
      await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
        throw diskError(error, path, 'remove a partial file');
      });
    }
    removed.push(leftover);
  }
  return removed;
}

/** Removes what a Ctrl+C had given up, where a second one cut the removal short. */
export async function finishRemovals(folder: string): Promise<void> {
  for (const leftover of await listLeftovers(folder)) if (await isGivenUp(folder, leftover.key)) await removeLeftovers(folder, [leftover]);
}

/** Bytes of a file, or of all files below a folder. */
export async function bytesOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return 0;
  if (!found.isDirectory()) return found.size;
  const names = await readdir(path).catch(() => []);
  const sizes = await Promise.all(names.map((name) => bytesOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}
