import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isGivenUp } from '../base/abort.ts';
import { renameOver, syncFolder } from '../base/atomic-file.ts';
import { LuciError } from '../base/errors.ts';
import { hashFile } from '../base/hash-file.ts';
import { type Lock, tryLock } from '../base/lock.ts';
import type { Model, ModelFile } from '../base/model.ts';
import type { DownloadEvent } from '../download/download-event.ts';
import { type DownloadedFile, type DownloadOptions, downloadFile } from '../download/download-file.ts';
import { wholePrefix } from '../download/partial.ts';
import type { Net } from '../net/net.ts';
import { keptSource } from '../sources/kinds.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { Store } from '../store/store.ts';
import type { TofuPin } from '../store/tofu-pins.ts';

/** Carrying out a plan: download, verify, adopt. */

/** News of an install. */
export type InstallEvent =
  | { readonly type: 'file'; readonly model: string; readonly part: number; readonly parts: number; readonly event: DownloadEvent }
  | { readonly type: 'installed'; readonly model: InstalledModel };

/** What an install works with. */
export interface InstallTools {
  readonly net: Net;
  readonly store: Store;
  readonly download: Omit<DownloadOptions, 'destinationPath' | 'onEvent' | 'signal' | 'onAbort'>;
}

/** How an install goes. */
export interface InstallOptions {
  readonly signal?: AbortSignal;
  /** What Ctrl+C does to partial data (default keep). */
  readonly onAbort?: 'delete' | 'keep';
  /** News of each file. */
  readonly onEvent?: (event: InstallEvent) => void;
}

/**
 * Fetches every file of a model, then makes it known under its name. A split model is there when its last part is: parts wait in
 * the folder of partial files until all are verified.
 */
export async function installModel(
  { net, store, download }: InstallTools,
  model: Model,
  options: InstallOptions = {},
): Promise<InstalledModel> {
  const { signal, onAbort, onEvent } = options;
  const present = await verifyPresent(store, model, signal);
  if (present) {
    onEvent?.({ type: 'installed', model: present });
    return present;
  }
  const done: { file: DownloadedFile; wanted: ModelFile }[] = [];
  const isSplit = model.files.length > 1;
  await using parts = holdParts();
  for (const [index, wanted] of model.files.entries()) {
    const finalName = await store.freeFileName(wanted.name, wanted.sha256);
    const destinationPath = isSplit ? join(download.partialFolder, wholePrefix + finalName) : join(store.modelsFolder, finalName);
    // A part that waits for the others is nobody's leftover.
    if (isSplit) await parts.hold(destinationPath);
    const onPart =
      onEvent &&
      ((event: DownloadEvent): void => onEvent({ type: 'file', model: model.name, part: index + 1, parts: model.files.length, event }));
    const fetching = downloadFile(net, wanted, {
      ...download,
      destinationPath,
      signal,
      onAbort,
      onEvent: onPart,
    });
    const file = await fetching.catch(async (error: unknown) => {
      throw isSplit && onAbort === 'delete' ? await withoutParts(error, done) : error;
    });
    done.push({ file, wanted });
  }
  const files = isSplit ? await moveParts(store, done) : done.map(({ file }) => ({ name: basename(file.path), sha256: file.sha256 }));
  const [first] = done;
  const installed = await store.adopt({
    name: model.name,
    files,
    vouched: done.every(({ file }) => file.vouched) && isVouched(model),
    source: first ? keptSource(first.file.source) : undefined,
    revision: first?.file.revision ? first.file.revision : undefined,
  });
  onEvent?.({ type: 'installed', model: installed });
  return installed;
}

/** Locks of finished parts, by which `luci clean` sees that they are in use; let go when the model is installed, or is not. */
function holdParts(): AsyncDisposable & { hold(path: string): Promise<void> } {
  const held: Lock[] = [];
  return {
    async hold(path) {
      const lock = await tryLock(`${path}.lock`);
      if (lock) held.push(lock);
    },
    async [Symbol.asyncDispose]() {
      for (const lock of held) await lock[Symbol.asyncDispose]();
    },
  };
}

/** Parts that are whole are still partial data of their model: Ctrl+C deletes them too. */
async function withoutParts(error: unknown, done: readonly { file: DownloadedFile }[]): Promise<unknown> {
  if (!isGivenUp(error)) return error;
  for (const { file } of done) await rm(file.path, { force: true });
  const deletedBytes = done.reduce((sum, { file }) => sum + file.sizeBytes, error.details.deletedBytes ?? 0);
  return new LuciError(error.code, error.message, { details: { ...error.details, deletedBytes } });
}

/** A model whose files lie there already, put there by hand or with a lost index: when their bytes are the pinned ones, nothing is fetched. */
async function verifyPresent(store: Store, model: Model, signal: AbortSignal | undefined): Promise<InstalledModel | undefined> {
  const found = await store.find(model.name);
  const isCandidate =
    found !== undefined &&
    found.files.length === model.files.length &&
    model.files.every(
      ({ sha256, sizeBytes }, part) => sha256 !== undefined && (sizeBytes ?? found.files[part]?.sizeBytes) === found.files[part]?.sizeBytes,
    );
  if (!isCandidate) return undefined;
  const files: { name: string; sha256: string }[] = [];
  for (const [part, file] of found.files.entries()) {
    const sha256 = await hashFile(join(store.modelsFolder, file.name), { signal });
    if (sha256 !== model.files[part]?.sha256) return undefined;
    files.push({ name: file.name, sha256 });
  }
  const [source] = model.files[0]?.sources ?? [];
  return store.adopt({ name: model.name, files, vouched: isVouched(model), source: source ? keptSource(source) : undefined });
}

/** What the hub or an earlier install says of a file is held to, but nobody independent vouches for it. */
function isVouched({ confidence }: Model): boolean {
  return confidence !== 'hub' && confidence !== 'first-install';
}

async function moveParts(
  store: Store,
  parts: readonly { file: DownloadedFile; wanted: ModelFile }[],
): Promise<{ name: string; sha256: string }[]> {
  const files: { name: string; sha256: string }[] = [];
  for (const { file } of parts) {
    const name = basename(file.path).slice(wholePrefix.length);
    await renameOver(file.path, join(store.modelsFolder, name));
    files.push({ name, sha256: file.sha256 });
  }
  await syncFolder(store.modelsFolder);
  return files;
}

/** What is held of a model nobody vouched for: its digests, and the commit they came from. */
export function firstPinOf({ license, quantization, parametersB, files }: Model, done: InstalledModel): TofuPin {
  return {
    license,
    quantization: done.facts?.quantization ?? quantization,
    parametersB: done.facts?.parametersB ?? parametersB,
    files: files.map((file, part) => ({
      name: file.name,
      sizeBytes: done.files[part]?.sizeBytes ?? 0,
      sha256: done.files[part]?.sha256 ?? '',
      sources: file.sources.map((source) => keptSource(source, done.revision)),
    })),
  };
}
