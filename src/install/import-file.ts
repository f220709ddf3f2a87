import { constants } from 'node:fs';
import { copyFile, link, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { renameOver } from '../base/atomic-file.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { hashFile } from '../base/hash-file.ts';
import { lock } from '../base/lock.ts';
import { makeFolder } from '../base/make-folder.ts';
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
  const { parts, sizes, sizeBytes: totalBytes } = await inspectFile(path, options.signal);
  let doneBytes = 0;
  const digests: Sha256[] = [];
  for (const part of parts) {
    const onBytes = (bytes: number): void => {
      doneBytes += bytes;
      options.onEvent?.({ type: 'hashed', doneBytes, totalBytes });
    };
    digests.push(await hashFile(part, { onBytes, signal: options.signal }));
  }
  // Bytes that are there already are that model, whatever the path is called: its record stays as it is.
  const installed = await store.list(options.signal);
  const there = installed.find(({ files, damaged }) => !damaged && isSameDigests(files, digests));
  if (there) return there;
  const inPlace = await namesInPlace(store, parts);
  const files: { name: string; sha256: Sha256 }[] = [];
  for (const [index, part] of parts.entries()) {
    const sha256 = digests[index] ?? '';
    const name = inPlace?.[index] ?? (await store.freeFileName(basename(part), sha256));
    if (!inPlace) await bringIn(await realpath(part), join(store.modelsFolder, name), options);
    files.push({ name, sha256 });
  }
  const { name, vouched } = options.nameFor(files[0]?.sha256 ?? '', basename(parts[0] ?? path), sizes[0] ?? 0);
  // What lies there has its name already, unless the catalogue knows these bytes.
  const listed = inPlace && !vouched ? installed.find((model) => model.files[0]?.name === inPlace[0])?.name : undefined;
  return store.adopt({ name: listed ?? name, files, vouched });
}

/** The names of files that lie in the folder of models already, or are links into it; undefined for those that lie elsewhere. */
async function namesInPlace({ modelsFolder }: Store, parts: readonly string[]): Promise<readonly string[] | undefined> {
  const folder = await realpath(modelsFolder).catch(() => modelsFolder);
  const inFolder = async (paths: readonly string[]): Promise<boolean> =>
    (await Promise.all(paths.map((path) => realpath(dirname(path))))).every((found) => found === folder);
  // A link in the folder is named as it is there, whatever file it leads to.
  if (await inFolder(parts)) return parts.map((part) => basename(part));
  const targets = await Promise.all(parts.map((part) => realpath(part)));
  return (await inFolder(targets)) ? targets.map((target) => basename(target)) : undefined;
}

function isSameDigests(files: InstalledModel['files'], digests: readonly Sha256[]): boolean {
  return files.length === digests.length && files.every(({ sha256 }, index) => sha256 === digests[index]);
}

/** A file that could be taken over. */
export interface InspectedFile {
  /** The file, or all parts of the split model it belongs to, as the path names them: they may be links, as in the caches of other programs. */
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
  const parts = await namedParts(path, original);
  const sizes = await Promise.all(parts.map(sizeOf));
  await checkGgufParts(parts, signal).catch((error: unknown) => {
    if (!isLuciError(error, 'GGUF_BROKEN')) throw error;
    throw new LuciError('GGUF_BROKEN', `${path}: ${error.message}`, { details: { ...error.details, path }, cause: error });
  });
  return { parts, sizes, sizeBytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** A file in a cache is called by its digest, and the link to it by its name; a link with a name of its own may lead to one part of several. */
async function namedParts(path: string, original: string): Promise<readonly string[]> {
  const linked = partsOf(resolve(path));
  const isWhole = linked.length > 1 || !splitNameOf(original);
  const areThere = (await Promise.all(linked.map((part) => stat(part).catch(() => undefined)))).every(Boolean);
  return /\.gguf$/i.test(path) && isWhole && areThere ? linked : partsOf(original);
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
    await makeFolder(dirname(to));
    if (!copy && (await tryLink(from, to))) return;
    await makeFolder(partialFolder);
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
