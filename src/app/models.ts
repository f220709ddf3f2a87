import { totalmem } from 'node:os';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { Model } from '../base/model.ts';
import { dataPath } from '../base/parts.ts';
import { shellWord } from '../base/shell-word.ts';
import { firstPartOf } from '../base/split-name.ts';
import { findModel, requireModel } from '../catalog/find-model.ts';
import { joinGroups, modelsOfGroup } from '../catalog/groups.ts';
import { type Catalog, type CatalogProblem, loadCatalog } from '../catalog/load-catalog.ts';
import { type ModelReference, parseReference } from '../catalog/reference.ts';
import { maxDefaultContextLength, minContextLength } from '../engine/defaults.ts';
import { estimateMemoryFromSize } from '../gguf/memory-estimate.ts';
import {
  chooseEmbedding,
  chooseProven,
  chooseUnnamed,
  chooseWithoutComparing,
  damagedModel,
  type ListedModel,
  type Need,
  requireUsable,
  type UsableModel,
} from '../install/choose-installed.ts';
import { type Fit, fitOf } from '../install/fit.ts';
import { entryOf, findInstalled } from '../install/lookup.ts';
import type { PlanItem } from '../install/plan.ts';
import { bytesFromParameters, statedBytes } from '../install/size-estimate.ts';
import { readAbilityRecords, recordsOf } from '../store/ability-records.ts';
import { sameName } from '../store/file-names.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import { readSpeeds, speedOf } from '../store/speed-records.ts';
import type { Store } from '../store/store.ts';
import { readTestRecords, type TestRecord } from '../store/test-records.ts';
import { type DescribedFile, describeFile } from './describe-file.ts';
import { expandHome } from './expand-home.ts';
import type { RemoteModel, Remotes } from './remotes.ts';

export type { ListedModel };

/** Models: those of the catalogue, those installed, and which of them a word means. */

/** Which models a group of the package's catalogue has. */
export const groupsPath = (): string => dataPath('catalog', 'groups.json');

/** A model of the catalogue, and how it stands on this machine. */
export interface CatalogedModel {
  readonly model: Model;
  readonly installed: ListedModel | undefined;
  /** Bytes of all files; an estimate from the parameters when `isSizeKnown` is false. */
  readonly sizeBytes: number;
  readonly isSizeKnown: boolean;
  /** Memory at {@link minContextLength}. */
  readonly memoryBytes: number;
  readonly fits: Fit;
}

/** All that is known of one model. */
export interface DescribedModel {
  readonly name: string;
  readonly cataloged: CatalogedModel | undefined;
  readonly installed: ListedModel | undefined;
  /** The file, where a path was named. */
  readonly file?: DescribedFile;
  /** What is known of it, where it is a model of an endpoint, and the address of that. */
  readonly remote?: RemoteModel & { readonly url: string };
  /** Tokens a model is opened with at most where nobody says more. */
  readonly maxOpenedTokens: number;
}

/** `luci.models` */
export interface Models {
  /** The package's catalogue with the user's own entries. */
  catalog(): Promise<Catalog>;
  /** Entries of the user's own catalogue that are left out; empty as long as nothing needed the catalogue. */
  catalogProblems(): readonly CatalogProblem[];
  /** What is installed, with tier, fit and what tests have proven. */
  list(): Promise<readonly ListedModel[]>;
  /** Every model of the catalogue, with how it stands here. */
  cataloged(): Promise<readonly CatalogedModel[]>;
  /**
   * One model, installed or of the catalogue, or the file of a path, or what an install would fetch for a repository or an address, or what is
   * known of a model of an endpoint; MODEL_UNKNOWN otherwise.
   */
  describe(reference: string): Promise<DescribedModel>;
  /** The installed model a name, an alias or a reference stands for; MODEL_NOT_INSTALLED or MODEL_UNKNOWN otherwise. */
  installed(reference: string): Promise<InstalledModel>;
  /** Names of installed models for names and groups (`all`, `tier 1`, `core models`); a name that is not installed is an error. */
  installedNames(references: readonly string[]): Promise<readonly string[]>;
  /** The model to open for a name, a path, or none named: the default, else the best enabled one that fits. */
  choose(reference?: string, need?: Need): Promise<UsableModel>;
  /** The model that makes vectors: the one named, else the smallest embedding model, else the one {@link choose} gives. */
  chooseForVectors(reference?: string): Promise<UsableModel>;
  /** Throws MODEL_NOT_INSTALLED for a model of an endpoint, of which nothing can be here. */
  requireHere(reference: string): Promise<void>;
  /** The catalogue's models for names, or MODEL_UNKNOWN with the nearest. */
  resolve(names: readonly string[]): Promise<readonly Model[]>;
}

/** What the models are found with. */
export interface ModelsOptions {
  readonly store: Store;
  readonly remotes: Pick<Remotes, 'find' | 'list' | 'describe'>;
  /** What an alias stands for; see {@link Aliases.meant}. */
  readonly meant: (reference: string) => Promise<string>;
  readonly stateFolder: string;
  /** The user's own catalogue. */
  readonly catalogPath: string;
  /** What `~` stands for. */
  readonly userFolder: string | undefined;
  /** What an install would fetch for a reference. */
  readonly planned: (reference: string) => Promise<PlanItem | undefined>;
}

/** The models of a home folder. The catalogue is read once, when something needs it. */
export function createModels({ store, remotes, meant, stateFolder, catalogPath, userFolder, planned }: ModelsOptions): Models {
  let loading: Promise<Catalog> | undefined;
  let problems: readonly CatalogProblem[] = [];
  const catalog = (): Promise<Catalog> =>
    (loading ??= loadCatalog({ own: catalogPath }).then((loaded) => {
      problems = loaded.problems;
      return loaded;
    }));

  async function withCatalog(models: readonly InstalledModel[]): Promise<readonly ListedModel[]> {
    if (models.length === 0) return []; // Without models nobody waits for the catalogue.
    const [known, proven, speeds, abilities] = await Promise.all([
      catalog(),
      readTestRecords(stateFolder),
      readSpeeds(stateFolder),
      readAbilityRecords(stateFolder),
    ]);
    return models.map((model) => ({
      ...listed(model, known, proven),
      speed: speedOf(speeds, model),
      abilities: recordsOf(abilities[model.name], model.files[0]?.sha256),
    }));
  }
  const list = async (): Promise<readonly ListedModel[]> => withCatalog(await store.list());

  async function cataloged(): Promise<readonly CatalogedModel[]> {
    const [known, models] = await Promise.all([catalog(), list()]);
    // A file of one's own may only be called like a model of the catalogue.
    const byName = new Map(models.flatMap((model) => (model.entry ? [[model.name, model] as const] : [])));
    return known.models.map((model) => catalogedAs(model, byName.get(model.name)));
  }

  async function installed(typed: string): Promise<InstalledModel> {
    const reference = await meant(typed);
    const models = await store.list();
    // What is called just so goes before what the catalogue calls so too, and needs no catalogue: that takes 6 ms of a start to read and to search.
    const called = models.find(({ name }) => sameName(name, reference));
    if (called) return called;
    const known = await catalog();
    const entry = findModel(known, reference);
    const model = (entry && models.find(({ name }) => name === entry.name)) ?? findInstalled(models, reference);
    if (model) return model;
    await requireHere(reference);
    const { name } = entry ?? requireKnown(known, reference);
    throw new LuciError('MODEL_NOT_INSTALLED', `${name} is not installed.`, { hint: `luci install ${shellWord(name)}` });
  }

  /** Names of installed models of a group; undefined where the word names no group. */
  async function namesOfGroup(reference: string): Promise<readonly string[] | undefined> {
    const parsed = parseReference(reference);
    if (parsed.kind !== 'group' && parsed.kind !== 'tier') return undefined;
    const names = (await store.list()).map(({ name }) => name);
    if (parsed.kind === 'group' && parsed.group === 'all') return names;
    const group = new Set((await modelsOfGroup(await catalog(), parsed, groupsPath())).map(({ name }) => name));
    return names.filter((name) => group.has(name));
  }

  const choose: Models['choose'] = async (typed, need) => {
    if (typed === undefined) {
      if (need) return chooseProven(await list(), need);
      const models = await store.list();
      // The catalogue takes 1 to 2 ms of a start to read.
      return chooseWithoutComparing(models) ?? chooseUnnamed(await withCatalog(models));
    }
    const reference = await meant(typed);
    const remote = await remotes.find(reference);
    if (remote) return remote;
    const parsed = parseReference(reference);
    if (parsed.kind === 'path') return usableFile(store, { name: reference, path: firstPartOf(expandHome(parsed.path, userFolder)) });
    return requireUsable(await installed(reference));
  };

  /** An endpoint's model is asked by its name, and nothing of it is on this machine. */
  async function requireHere(reference: string): Promise<void> {
    if ((await remotes.list()).some(({ name }) => sameName(name, reference)))
      throw new LuciError('MODEL_UNKNOWN', `${reference} is an endpoint, not a model: its models are named ${reference}/MODEL.`, {
        hint: 'luci list --remote',
      });
    if ((await remotes.find(reference)) === undefined) return;
    const [endpoint] = reference.split('/');
    throw new LuciError('MODEL_NOT_INSTALLED', `${reference} is a model of the endpoint ${endpoint}; nothing of it is on this machine.`, {
      hint: `luci ask -m ${shellWord(reference)} "Hello"\nluci list --remote`,
    });
  }

  /** What a repository of the hub or an address has for those who install it; undefined for a name, and where nobody may be asked. */
  async function offered(reference: string, kind: ModelReference['kind']): Promise<CatalogedModel | undefined> {
    if (kind !== 'hub' && kind !== 'url') return undefined;
    await requireHere(reference);
    try {
      const item = await planned(reference);
      return item && { ...item, installed: undefined };
    } catch (error) {
      if (isLuciError(error, 'OFFLINE')) return undefined;
      throw error;
    }
  }

  return {
    catalog,
    requireHere,
    catalogProblems: () => problems,
    choose,
    chooseForVectors: async (reference) => (reference === undefined ? chooseEmbedding(await store.list()) : undefined) ?? choose(reference),
    list,
    cataloged,
    installed,
    async describe(typed) {
      const reference = await meant(typed);
      const elsewhere = await describedElsewhere(remotes, reference);
      if (elsewhere) return elsewhere;
      const parsed = parseReference(reference);
      if (parsed.kind === 'path') {
        const file = await describeFile(expandHome(parsed.path, userFolder), minContextLength);
        const own = await store.findAt(file.path);
        return { ...notInstalled, name: reference, installed: own && (await list()).find(({ name }) => name === own.name), file };
      }
      const [known, all, models] = await Promise.all([catalog(), cataloged(), list()]);
      const own = models.find(({ name }) => sameName(name, reference));
      const entry = own ? own.entry : findModel(known, reference);
      const item = all.find(({ model }) => model.name === entry?.name);
      const outside = own || item || findInstalled(models, reference) ? undefined : await offered(reference, parsed.kind);
      if (outside) return { name: outside.model.name, cataloged: outside, installed: undefined, maxOpenedTokens: maxDefaultContextLength };
      const { name } = own ?? item?.model ?? (await installed(reference));
      return { name, cataloged: item, installed: models.find((model) => model.name === name), maxOpenedTokens: maxDefaultContextLength };
    },
    async installedNames(references) {
      const names = new Set<string>();
      for (const reference of joinGroups(references))
        for (const name of (await namesOfGroup(reference)) ?? [(await installed(reference)).name]) names.add(name);
      return [...names];
    },
    async resolve(names) {
      const known = await catalog();
      return names.map((name) => requireModel(known, name));
    },
  };
}

const notInstalled = { cataloged: undefined, installed: undefined, maxOpenedTokens: maxDefaultContextLength };

/** A model of an endpoint; undefined where the reference names none. */
async function describedElsewhere(remotes: Pick<Remotes, 'find' | 'describe'>, reference: string): Promise<DescribedModel | undefined> {
  const remote = await remotes.find(reference);
  return remote && { ...notInstalled, name: reference, remote: await remotes.describe(remote) };
}

/** A file by its path. One that is disabled by its name can still be named so; one that is damaged is damaged whatever it is called. */
async function usableFile(store: Store, named: UsableModel): Promise<UsableModel> {
  const own = await store.findAt(named.path);
  if (own?.damaged) throw damagedModel(own);
  return named;
}

function listed(model: InstalledModel, known: Catalog, proven: Readonly<Record<string, TestRecord>>): ListedModel {
  const { sizeBytes: fileBytes, facts: { parametersB = 1, quantization, memoryBytes: told } = {} } = model;
  const memoryBytes = told ?? estimateMemoryFromSize({ fileBytes, parametersB, quantization, contextLength: minContextLength });
  const result = proven[model.name];
  return {
    ...model,
    entry: entryOf(known, model),
    // A result holds for the bytes that were tested.
    proven: result?.sha256 === model.files[0]?.sha256 ? result : undefined,
    memoryBytes,
    fits: fitOf(memoryBytes, totalmem()),
  };
}

function catalogedAs(model: Model, installed: ListedModel | undefined): CatalogedModel {
  const stated = statedBytes(model);
  const { parametersB, quantization } = model;
  const sizeBytes = stated ?? bytesFromParameters(parametersB, quantization);
  const guess = { fileBytes: sizeBytes, parametersB, quantization, contextLength: minContextLength };
  const memoryBytes = installed?.memoryBytes ?? estimateMemoryFromSize(guess);
  return { model, installed, sizeBytes, isSizeKnown: stated !== undefined, memoryBytes, fits: fitOf(memoryBytes, totalmem()) };
}

/** For a name nobody knows: MODEL_UNKNOWN with the nearest. A repository of the hub is known by itself. */
function requireKnown(catalog: Catalog, reference: string): { name: string } {
  return parseReference(reference).kind === 'hub' ? { name: reference } : requireModel(catalog, reference);
}
