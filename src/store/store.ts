import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { Sha256, Source } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
import { diskError } from '../base/system-error.ts';
import { readDefaultModel, writeDefaultModel } from './default-model.ts';
import { isEnabled, readEnabledState, setEnabled } from './enabled-state.ts';
import { freeFileName, sameName } from './file-names.ts';
import { changeIndex, readIndex } from './index-file.ts';
import type { InstalledModel, ModelRecord, StoredFacts, StoredFile } from './installed-model.ts';
import { type Look, mergeLearned } from './merge-learned.ts';
import { moveToTrash, removeFile } from './remove-files.ts';
import { type ScannedFile, type ScannedModel, scanModels, unknownFile } from './scan.ts';

/** What is installed. The `.gguf` files in `models/` are the truth; the index only remembers what was learned about them. */

/** What the store needs from outside. */
export interface StoreOptions {
  readonly home: string;
  readonly modelsFolder: string;
  readonly stateFolder: string;
  readonly trashFolder: string;
  /** Reads a file's header; throws GGUF_BROKEN for what is no model. */
  readonly readFacts: (paths: readonly string[], signal?: AbortSignal) => Promise<StoredFacts>;
  /** The catalogue's name of a file dropped in by hand, if it knows one. */
  readonly nameFile: (fileName: string, sizeBytes: number) => Promise<string | undefined>;
}

/** A finished download, or a file taken over from elsewhere, that is in `models/` under its final name. */
export interface Adoption {
  readonly name: string;
  readonly files: readonly { readonly name: string; readonly sha256: Sha256 }[];
  readonly source?: Source;
  readonly revision?: string;
  readonly vouched: boolean;
}

/** What became of a removed model. */
export interface Removal {
  readonly freedBytes: number;
  /** The folder its files were moved to, where they cannot be fetched again. */
  readonly movedTo?: string;
}

/** The store. Every method reads the disk anew: another process may have changed it. */
export interface Store {
  readonly modelsFolder: string;
  /** All models in the folder, with what was learned about them. */
  list(signal?: AbortSignal): Promise<readonly InstalledModel[]>;
  /** One by its name, in any case. */
  find(name: string): Promise<InstalledModel | undefined>;
  /** The model that has the file of a path, by whatever link that leads to it. */
  findAt(path: string): Promise<InstalledModel | undefined>;
  /** A file name in `models/` that no other content has: the wanted one, else with the digest's first 8 digits. */
  freeFileName(wanted: string, sha256: Sha256 | undefined): Promise<string>;
  /** Records files that lie in the folder as a model. */
  adopt(adoption: Adoption): Promise<InstalledModel>;
  /** Deletes the model's own files, or moves those to the trash that no source is known for. */
  remove(name: string): Promise<Removal>;
  /** Switches models on or off. */
  setEnabled(names: readonly string[], enabled: boolean): Promise<void>;
  /** The model that is taken where none is named; undefined for none. */
  setDefault(name: string | undefined): Promise<void>;
  /** Records that all bytes of a file were read and have this digest. */
  recordDigest(name: string, fileName: string, sha256: Sha256): Promise<void>;
  /** Remembers whether a model's bytes are others than it was installed with, where that can be written. */
  recordDamage(name: string, isDamaged: boolean): Promise<void>;
}

/** The store of a home folder. */
export function createStore(options: StoreOptions): Store {
  const { modelsFolder, stateFolder, home } = options;
  const list = (signal?: AbortSignal): Promise<readonly InstalledModel[]> => listModels(options, signal);
  const find = async (name: string): Promise<InstalledModel | undefined> => {
    const models = await list();
    return models.find((model) => model.name === name) ?? models.find((model) => sameName(model.name, name));
  };
  const require = async (name: string): Promise<InstalledModel> => {
    const model = await find(name);
    if (!model) throw new LuciError('MODEL_NOT_INSTALLED', `${name} is not installed.`, { hint: `luci install ${shellWord(name)}` });
    return model;
  };
  return {
    modelsFolder,
    list,
    find,
    async findAt(path) {
      const named = await stat(path).catch(() => undefined);
      if (!named?.isFile()) return undefined; // Whoever opens it says what is wrong with it.
      const { size: sizeBytes, mtimeMs, ino: inode } = named;
      return (await list()).find(({ files }) => files.some((file) => isSameFile(file, { name: file.name, sizeBytes, mtimeMs, inode })));
    },
    freeFileName: (wanted, sha256) => freeFileName(modelsFolder, stateFolder, wanted, sha256),
    async adopt({ name, files, source, revision, vouched }) {
      const stored = await Promise.all(files.map(async (file) => ({ ...(await statFile(modelsFolder, file.name)), sha256: file.sha256 })));
      const facts = await options.readFacts(files.map((file) => join(modelsFolder, file.name)));
      const record: ModelRecord = {
        name,
        files: stored,
        facts,
        vouched,
        installedAt: new Date().toISOString(),
        source,
        revision,
      };
      const names = new Set(stored.map((file) => file.name));
      await changeIndex(stateFolder, (records) => [
        ...records.filter((other) => !sameName(other.name, name) && !other.files.some((file) => names.has(file.name))),
        record,
      ]);
      return require(name);
    },
    async remove(name) {
      const model = await require(name);
      // The index first: a crash between the two leaves files that are found again, never a record without its files.
      const forget = async (): Promise<void> => {
        await changeIndex(stateFolder, (records) => records.filter((record) => record.name !== model.name));
        if (model.isDefault) await writeDefaultModel(stateFolder, undefined);
      };
      // On a full disk nothing can be written before there is room.
      const isForgotten = await forget().then(() => true, unlessFull);
      const movedTo = model.source === undefined ? await moveToTrash(options, model) : undefined;
      if (movedTo === undefined) for (const file of model.files) await removeFile(join(modelsFolder, file.name));
      if (!isForgotten) await unlessUnwritable(forget());
      return { freedBytes: movedTo === undefined ? model.sizeBytes : 0, movedTo };
    },
    setEnabled: (names, enabled) => setEnabled(home, names, enabled),
    async setDefault(name) {
      await writeDefaultModel(stateFolder, name === undefined ? undefined : (await require(name)).name);
    },
    async recordDigest(name, fileName, sha256) {
      const current = await statFile(modelsFolder, fileName);
      await changeIndex(stateFolder, (records) =>
        records.map((record) =>
          record.name === name
            ? { ...record, files: record.files.map((file) => (file.name === fileName ? { ...current, sha256 } : file)) }
            : record,
        ),
      );
    },
    recordDamage: (name, isDamaged) =>
      unlessUnwritable(
        changeIndex(stateFolder, (records) =>
          records.map((record) => (record.name === name ? { ...record, damaged: isDamaged ? true : undefined } : record)),
        ),
      ),
  };
}

async function listModels(options: StoreOptions, signal?: AbortSignal): Promise<readonly InstalledModel[]> {
  const { home, modelsFolder, stateFolder } = options;
  const found = scanModels(modelsFolder);
  const [records, state, defaultName] = await Promise.all([readIndex(stateFolder), readEnabledState(home), readDefaultModel(stateFolder)]);
  const taken = new Set<string>();
  const current: ModelRecord[] = [];
  let changed = false;
  for (const model of found) {
    const known = records.find((record) => isRecordOf(record, model));
    const record = known && !hasChanged(known, model) ? known : await learn(options, model, known, taken, signal);
    changed ||= record !== known;
    taken.add(record.name.toLowerCase());
    current.push(record);
  }
  // A read-only home can still be listed: what was learned is then learned again next time.
  if (changed || current.length !== records.length) await saveLearned(options.stateFolder, { before: records, after: current });
  return current
    .map((record) => ({
      ...record,
      problem: record.problem ?? (record.damaged ? 'Its bytes are not those that were installed.' : undefined),
      path: join(modelsFolder, record.files[0]?.name ?? ''),
      sizeBytes: record.files.reduce((sum, file) => sum + file.sizeBytes, 0),
      verified: record.files.every((file) => file.sha256 !== undefined),
      enabled: isEnabled(state, record.name),
      isDefault: defaultName !== undefined && sameName(record.name, defaultName),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isRecordOf(record: ModelRecord, found: ScannedModel): boolean {
  return record.files[0]?.name === found.files[0]?.name;
}

/** True when any file is not the one the record was made of; a changed time or inode is enough to read it again. */
function hasChanged(record: ModelRecord, found: ScannedModel): boolean {
  return record.files.length !== found.files.length || record.files.some((file, part) => !isSameFile(file, found.files[part]));
}

function isSameFile(file: StoredFile, found: ScannedFile | undefined): boolean {
  return (
    found !== undefined &&
    file.name === found.name &&
    file.sizeBytes === found.sizeBytes &&
    file.mtimeMs === found.mtimeMs &&
    file.inode === found.inode
  );
}

/** A record for files that are new or changed: name from the record or the catalogue, facts from the header, no digest. */
async function learn(
  options: StoreOptions,
  found: ScannedModel,
  known: ModelRecord | undefined,
  taken: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ModelRecord> {
  const first = found.files[0];
  const name = known?.name ?? uniqueName((await options.nameFile(first?.name ?? '', first?.sizeBytes ?? 0)) ?? found.stem, taken);
  const base = {
    name,
    files: found.files,
    vouched: false,
    wasFetched: known?.source !== undefined || known?.vouched || known?.wasFetched,
    installedAt: known?.installedAt ?? new Date(first?.mtimeMs ?? 0).toISOString(),
  };
  if (found.missing.length > 0)
    return { ...base, problem: `${found.missing.length} of its parts missing: ${found.missing.slice(0, 3).join(', ')}` };
  try {
    return { ...base, facts: await options.readFacts(pathsOf(options.modelsFolder, found), signal) };
  } catch (error) {
    if (isLuciError(error, 'GGUF_BROKEN')) return { ...base, problem: error.message };
    // One file that cannot be read keeps nobody from the others; it is tried again each time, as rights change without a trace.
    if (isLuciError(error, 'DISK_DENIED') || isLuciError(error, 'DISK_FAILED') || isLuciError(error, 'NOT_FOUND'))
      return { ...base, files: found.files.map((file) => ({ ...file, ...unknownFile })), problem: error.message };
    throw error;
  }
}

function pathsOf(folder: string, { files }: ScannedModel): readonly string[] {
  return files.map(({ name }) => join(folder, name));
}

function uniqueName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted.toLowerCase())) return wanted;
  for (let count = 2; ; count += 1) {
    if (!taken.has(`${wanted}-${count}`.toLowerCase())) return `${wanted}-${count}`;
  }
}

/** Writes what a look at the folder changed. What cannot be written is learned again the next time. */
async function saveLearned(stateFolder: string, look: Look): Promise<void> {
  await unlessUnwritable(changeIndex(stateFolder, (index) => mergeLearned(index, look)));
}

/** The files are the truth: where the index cannot be written, it is behind until it can. */
async function unlessUnwritable(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (error instanceof LuciError && ['DISK_DENIED', 'DISK_FULL', 'DISK_FAILED', 'LOCKED'].includes(error.code)) return;
    throw error;
  }
}

function unlessFull(error: unknown): false {
  if (isLuciError(error, 'DISK_FULL')) return false;
  throw error;
}

async function statFile(folder: string, name: string): Promise<ScannedFile> {
  const path = join(folder, name);
  try {
    const { size, mtimeMs, ino } = await stat(path);
    return { name, sizeBytes: size, mtimeMs, inode: ino };
  } catch (error) {
    throw diskError(error, path, 'look at a model file');
  }
}
