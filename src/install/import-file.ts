import { constants } from 'node:fs';
import { copyFile, link, mkdir, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { renameOver } from '../base/atomic-file.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { hashFile } from '../base/hash-file.ts';
import { lock } from '../base/lock.ts';
import type { Sha256 } from '../base/model.ts';
import { allPartNames, splitNameOf } from '../base/split-name.ts';
import { diskError, errnoOf, isNotFound } from '../base/system-error.ts';
import { checkGgufParts } from '../gguf/split-model.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { Store } from '../store/store.ts';

/** Taking over a file that is already on this machine. The original is only read. */

/** How a file is taken over. */
export interface ImportOptions {
  /** Always copy; by default a hard link is made where the disk allows it, which takes no room. */
  readonly copy?: boolean;
  /** The name for these bytes, given the digest of the first file. */
  readonly nameFor: (sha256: Sha256, fileName: string, sizeBytes: number) => { readonly name: string; readonly vouched: boolean };
  readonly partialFolder: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: { readonly type: 'hashed'; readonly doneBytes: number; readonly totalBytes: number }) => void;
}

/**
 * Checks, hashes and adopts a `.gguf` file, with all parts where it is one part of a split model.
 * @throws NOT_FOUND, GGUF_BROKEN, DISK_*
 */
export async function importFile(store: Store, path: string, options: ImportOptions): Promise<InstalledModel> {
  const { original, parts, sizes, sizeBytes: totalBytes } = await inspectFile(path, options.signal);
  if (dirname(original) === (await realpath(store.modelsFolder).catch(() => store.modelsFolder))) return adoptInPlace(store, original);
  let doneBytes = 0;
  const files: { name: string; sha256: Sha256 }[] = [];
  for (const part of parts) {
    const onBytes = (bytes: number): void => {
      doneBytes += bytes;
      options.onEvent?.({ type: 'hashed', doneBytes, totalBytes });
    };
    const sha256 = await hashFile(part, { onBytes, signal: options.signal });
    const name = await store.freeFileName(basename(part), sha256);
    await bringIn(part, join(store.modelsFolder, name), options);
    files.push({ name, sha256 });
  }
  const { name, vouched } = options.nameFor(files[0]?.sha256 ?? '', basename(original), sizes[0] ?? 0);
  return store.adopt({ name, files, vouched });
}

/** A file that could be taken over. */
export interface InspectedFile {
  /** Without links. */
  readonly original: string;
  /** The file, or all parts of the split model it belongs to, with their sizes. */
  readonly parts: readonly string[];
  readonly sizes: readonly number[];
  readonly sizeBytes: number;
}

/** Looks whether a path is a model that can be taken over; see {@link importFile} for the errors. */
export async function inspectFile(path: string, signal?: AbortSignal): Promise<InspectedFile> {
  const original = await realpath(path).catch((error: unknown) => {
    if (isNotFound(error))
      throw new LuciError('NOT_FOUND', `There is no file ${path}.`, { hint: 'luci install NAME fetches a model by name' });
    throw diskError(error, path, 'read a file');
  });
  const parts = partsOf(original);
  const sizes = await Promise.all(parts.map(sizeOf));
  await checkGgufParts(parts, signal).catch((error: unknown) => {
    if (!isLuciError(error, 'GGUF_BROKEN')) throw error;
    throw new LuciError('GGUF_BROKEN', `${path}: ${error.message}`, { details: { ...error.details, path }, cause: error });
  });
  return { original, parts, sizes, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) };
}

async function adoptInPlace(store: Store, path: string): Promise<InstalledModel> {
  const model = (await store.list()).find(({ files }) => files.some((file) => file.name === basename(path)));
  if (!model) throw new LuciError('NOT_FOUND', `${path} lies in the models folder but is not listed.`, { hint: 'luci list' });
  return model;
}

/** The file, or all parts of the split model it belongs to. */
function partsOf(path: string): string[] {
  const split = splitNameOf(path);
  return split ? allPartNames(split) : [path];
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isNotFound(error))
      throw new LuciError('NOT_FOUND', `${basename(path)} is missing: a split model needs all of its parts side by side.`);
    throw diskError(error, path, 'read a file');
  }
}

/** A hard link where the disk allows one, else a copy (a clone where the file system can). Never half a file under the final name. */
async function bringIn(from: string, to: string, { copy = false, partialFolder }: ImportOptions): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true });
    if (!copy && (await tryLink(from, to))) return;
    await mkdir(partialFolder, { recursive: true });
    const temporaryPath = join(partialFolder, `import-${process.pid}-${basename(to)}`);
    await using _held = await lock(`${temporaryPath}.lock`);
    try {
      await copyFile(from, temporaryPath, constants.COPYFILE_FICLONE);
      await renameOver(temporaryPath, to);
    } finally {
      await rm(temporaryPath, { force: true });
    }
  } catch (error) {
    throw diskError(error, to, 'take over a model file');
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return true; // freeFileName gave the name of the same bytes.
    if (['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}
