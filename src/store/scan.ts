import { lstatSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { allPartNames, splitNameOf } from '../base/split-name.ts';
import { diskError } from '../base/system-error.ts';

/** What lies in `models/`: plain `.gguf` files, whoever put them there. */

/** A file found, with what tells whether it changed. */
export interface ScannedFile {
  /** Path below the folder. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly inode: number;
}

/** A model's files: one, or all parts of a split model in order; `missing` names parts that are not there. */
export interface ScannedModel {
  readonly stem: string;
  readonly files: readonly ScannedFile[];
  readonly missing: readonly string[];
}

/** What is known of a file that cannot be looked at; never that of one that can. */
export const unknownFile = { sizeBytes: 0, mtimeMs: 0, inode: 0 } as const;

/** The models in a folder; hidden entries and folders are left alone. */
export function scanModels(folder: string): readonly ScannedModel[] {
  let names: string[];
  try {
    if (!statSync(folder, { throwIfNoEntry: false })) return [];
    names = readdirSync(folder);
  } catch (error) {
    throw diskError(error, folder, 'read the folder of models');
  }
  const candidates = names.filter((name) => /\.gguf$/i.test(name) && !name.startsWith('.')).sort();
  const files = candidates.map((name) => statOf(folder, name)).filter((file) => file !== undefined);
  return groupParts(files);
}

function statOf(folder: string, name: string): ScannedFile | undefined {
  try {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    // Removed meanwhile, or a link to a file that is gone, which is told as one that cannot be read.
    if (!found) return lstatSync(join(folder, name), { throwIfNoEntry: false }) && { name, ...unknownFile };
    return found.isFile() ? { name, sizeBytes: found.size, mtimeMs: found.mtimeMs, inode: found.ino } : undefined;
  } catch {
    // A link in a circle, or a file of somebody else: reading it says what is wrong, and the others stay.
    return { name, ...unknownFile };
  }
}

function groupParts(files: readonly ScannedFile[]): readonly ScannedModel[] {
  const groups = new Map<string, ScannedFile[]>();
  for (const file of files) {
    const split = splitNameOf(file.name);
    const key = split ? `${split.stem}-of-${split.count}` : file.name;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()].map((group) => {
    const split = splitNameOf(group[0]?.name ?? '');
    if (!split) return { stem: basename(group[0]?.name ?? '').replace(/\.gguf$/i, ''), files: group, missing: [] };
    const present = new Set(group.map(({ name }) => splitNameOf(name)?.part));
    return { stem: split.stem, files: group, missing: allPartNames(split).filter((_, index) => !present.has(index + 1)) };
  });
}
