import { basename, join } from 'node:path';
import { isLuciError, LuciError } from '../base/errors.ts';
import { hashFile } from '../base/hash-file.ts';
import type { Model, ModelFile, Sha256 } from '../base/model.ts';
import { downloadFile } from '../download/download-file.ts';
import { seedPartial } from '../download/seed-partial.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { InstallEvent, InstallTools } from './carry-out.ts';

/** Reading every byte of installed models again, and mending what is wrong. */

/** What became of one file. */
export interface CheckedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** The digest it should have; nobody knows where it is missing. */
  readonly expected?: Sha256;
  readonly actual: Sha256;
  /** `recorded`: there was nothing to compare with; from now on there is. */
  readonly state: 'good' | 'bad' | 'recorded';
}

/** How a check goes. */
export interface VerifyOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: { readonly file: string; readonly doneBytes: number; readonly totalBytes: number }) => void;
}

/** Hashes all files of a model. `pinned` is what the catalogue or the first install says of it, where they say something. */
export async function verifyModel(
  { store }: Pick<InstallTools, 'store'>,
  model: InstalledModel,
  pinned: Model | undefined,
  { signal, onEvent }: VerifyOptions = {},
): Promise<readonly CheckedFile[]> {
  const checked: CheckedFile[] = [];
  let doneBytes = 0;
  for (const [part, file] of model.files.entries()) {
    const onBytes = (bytes: number): void => {
      doneBytes += bytes;
      onEvent?.({ file: file.name, doneBytes, totalBytes: model.sizeBytes });
    };
    const actual = await hashFile(join(store.modelsFolder, file.name), { onBytes, signal });
    const expected = file.sha256 ?? pinned?.files[part]?.sha256;
    const state = expected === undefined ? 'recorded' : actual === expected ? 'good' : 'bad';
    if (state !== 'bad' && file.sha256 !== actual) await recorded(store.recordDigest(model.name, file.name, actual), state);
    checked.push({ name: file.name, sizeBytes: file.sizeBytes, actual, state, expected });
  }
  const isDamaged = checked.some(({ state }) => state === 'bad');
  if (isDamaged !== (model.damaged === true)) await store.recordDamage(model.name, isDamaged);
  return checked;
}

/** A home that cannot be written forgets what was read; only where that was the purpose is it an error. */
async function recorded(recording: Promise<void>, state: CheckedFile['state']): Promise<void> {
  await recording.catch((error: unknown) => {
    const isUnwritable = isLuciError(error, 'DISK_FULL') || isLuciError(error, 'DISK_DENIED');
    if (state === 'recorded' || !isUnwritable) throw error;
  });
}

/** How a repair goes. */
export interface RepairOptions {
  readonly signal?: AbortSignal;
  /** What Ctrl+C does to the copy that is being mended (default keep). */
  readonly onAbort?: 'delete' | 'keep';
  /** News of the transfer. */
  readonly onEvent?: (event: InstallEvent) => void;
}

/**
 * Fetches again what is bad: the missing end and the blocks of zeros. Where the digest is still wrong, a copy is compared with the
 * source range by range until the whole is right, and only what differs is written. The damaged file is replaced when the whole is
 * verified, not before.
 * @throws SOURCE_NOT_FOUND when nobody knows where the file came from
 */
export async function repairModel(
  { net, store, download }: InstallTools,
  model: InstalledModel,
  bad: readonly CheckedFile[],
  pinned: Model | undefined,
  { signal, onAbort, onEvent }: RepairOptions = {},
): Promise<InstalledModel> {
  for (const { name, expected } of bad) {
    const part = model.files.findIndex((file) => file.name === name);
    const wanted = wantedFile(model, pinned?.files[part], part, expected);
    const path = join(store.modelsFolder, name);
    const identity = { folder: download.partialFolder, key: wanted.sha256 ?? '', file: wanted.name, ...wanted };
    await seedPartial(identity, path, signal);
    await downloadFile(net, wanted, {
      ...download,
      destinationPath: path,
      repairs: true,
      onAbort,
      signal,
      onEvent: onEvent
        ? (event) => onEvent({ type: 'file', model: model.name, part: part + 1, parts: model.files.length, event })
        : undefined,
    });
  }
  const digests = new Map(bad.map(({ name, expected }) => [name, expected]));
  return store.adopt({
    name: model.name,
    vouched: model.vouched,
    files: model.files.map(({ name, sha256 }) => ({ name, sha256: digests.get(name) ?? sha256 ?? '' })),
    source: model.source,
    revision: model.revision,
  });
}

function wantedFile(model: InstalledModel, known: ModelFile | undefined, part: number, expected: Sha256 | undefined): ModelFile {
  const source = part === 0 && model.source ? [model.source] : [];
  const sources = known?.sources.length ? known.sources : source;
  if (sources.length > 0 && expected !== undefined)
    return {
      name: known?.name ?? basename(model.path),
      sha256: expected,
      sources,
      sizeBytes: known?.sizeBytes ? known.sizeBytes : undefined,
    };
  throw new LuciError('SOURCE_NOT_FOUND', `Nobody knows where ${model.name} came from, so it cannot be repaired.`, {
    hint: 'luci install PATH takes over a good copy',
  });
}
