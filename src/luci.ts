import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { type Agent, type AgentOptions, createAgent } from './agent/agent.ts';
import { LuciError } from './base/errors.ts';
import type { Model } from './base/model.ts';
import { dataPath } from './base/parts.ts';
import { version } from './base/version.ts';
import { findModel, requireModel } from './catalog/find-model.ts';
import { type Catalog, loadCatalog } from './catalog/load-catalog.ts';
import { parseReference } from './catalog/reference.ts';
import { type Directories, directoriesOf } from './config/directories.ts';
import { defaultSettings } from './config/resolve-settings.ts';
import type { Settings } from './config/settings.ts';
import { listPartials, type PartialInfo } from './download/partial.ts';
import { chooseEngine } from './engine/choose-engine.ts';
import type { LoadEvent, OpenOptions, Session } from './engine/engine.ts';
import { createHostEngine, type HostEngine } from './engine/host/host-engine.ts';
import { type MachineFacts, probeMachine } from './engine/machine.ts';
import { checkGgufFile } from './gguf/facts.ts';
import { estimateMemoryFromSize } from './gguf/memory-estimate.ts';
import { type InstallOptions, installModel } from './install/carry-out.ts';
import { type Fit, fitOf } from './install/fit.ts';
import { type InstallPlan, planInstall } from './install/plan.ts';
import { createNet } from './net/create-net.ts';
import { appendToLedger } from './net/ledger.ts';
import type { Net } from './net/net.ts';
import type { InstalledModel, StoredFacts } from './store/installed-model.ts';
import { createStore, type Store } from './store/store.ts';

/** The composition root: every part of luci, made from one Settings value. */

/** An installed model with what the catalogue says of it. */
export interface ListedModel extends InstalledModel {
  /** The catalogue's entry, where the name is known there. */
  readonly entry: Model | undefined;
  readonly fits: Fit;
}

/** The model that is installed when there is none. */
export const starterName = 'smollm2-135m';

/** Tokens luci opens a model with when nothing else is said; plans reckon with it. */
export const usualContextLength = 4096;

/** Everything luci can do. Dispose it to let go of the engine process. */
export interface Luci extends AsyncDisposable {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  readonly store: Store;
  readonly engine: HostEngine;
  catalog(): Promise<Catalog>;
  machine(): Promise<MachineFacts>;
  list(): Promise<readonly ListedModel[]>;
  partials(): Promise<readonly PartialInfo[]>;
  /** The catalogue's models for names, or MODEL_UNKNOWN with the nearest. */
  resolve(names: readonly string[]): Promise<readonly Model[]>;
  /** What installing would do. Reads the disk, fetches nothing. */
  plan(models: readonly Model[]): Promise<InstallPlan>;
  install(model: Model, options?: InstallOptions): Promise<InstalledModel>;
  /** The installed model for a name, a path, or none named: the default, else the best enabled one that fits. */
  choose(reference?: string): Promise<{ readonly name: string; readonly path: string }>;
  open(reference?: string, options?: OpenOptions): Promise<Session>;
  agent(options: Omit<AgentOptions, 'openModel'> & { readonly model?: string; readonly onLoad?: (event: LoadEvent) => void }): Agent;
}

export { defaultSettings };

/** luci with these settings (default: {@link defaultSettings}). Touches nothing until it is asked to. */
export function createLuci(settings: Settings = defaultSettings()): Luci {
  const directories = directoriesOf(settings.home);
  const ledgerPath = join(directories.state, 'net.jsonl');
  let machineFacts: Promise<MachineFacts> | undefined;
  let loadedCatalog: Promise<Catalog> | undefined;
  const machine = (): Promise<MachineFacts> => (machineFacts ??= probeMachine());
  const catalog = (): Promise<Catalog> =>
    (loadedCatalog ??= loadCatalog({ builtIn: dataPath('catalog', 'models.json'), own: directories.catalogFile }));
  const net = createNet({
    offline: settings.offline,
    proxy: settings.proxy,
    userAgent: `luci/${version} node/${process.versions.node}`,
    record: (entry) => appendToLedger(ledgerPath, entry),
  });
  const { runtimeFolder, childEnvironment, userFolder } = settings.system;
  const engine = createHostEngine({
    home: settings.home,
    stateFolder: directories.state,
    logsFolder: directories.logs,
    keepAliveSeconds: settings.engine.keepAliveSeconds,
    environment: childEnvironment,
    machine,
    ...(settings.engine.memoryBudgetBytes ? { memoryBudgetBytes: settings.engine.memoryBudgetBytes } : {}),
    ...(runtimeFolder ? { runtimeFolder } : {}),
  });
  const storeOf = (known: Catalog): Store =>
    createStore({
      home: settings.home,
      modelsFolder: directories.models,
      stateFolder: directories.state,
      readFacts,
      nameFile: (fileName, sizeBytes) => nameOfFile(known, fileName, sizeBytes),
    });
  // The store names files by the catalogue, which is read when it is first needed.
  const store = lazyStore(directories.models, async () => storeOf(await catalog()));

  const list = async (): Promise<readonly ListedModel[]> => {
    const [known, models] = await Promise.all([catalog(), store.list()]);
    const totalMemory = totalmem();
    return models.map((model) => ({
      ...model,
      entry: findModel(known, model.name),
      fits: fitOf(estimateMemoryFromSize(model.sizeBytes, model.facts?.parametersB ?? 1, usualContextLength), totalMemory),
    }));
  };

  const choose = async (reference?: string): Promise<{ name: string; path: string }> => {
    if (reference === undefined) return chooseUnnamed(await list());
    const parsed = parseReference(reference);
    if (parsed.kind === 'path') return { name: reference, path: resolve(parsed.path.replace(/^~(?=[\\/])/, () => userFolder)) };
    const known = await catalog();
    const name = findModel(known, reference)?.name ?? reference;
    const model = await store.find(name);
    if (!model) {
      const entry = requireModel(known, reference);
      throw new LuciError('MODEL_NOT_INSTALLED', `${entry.name} is not installed.`, { hint: `luci install ${entry.name}` });
    }
    return requireUsable(model);
  };

  const open = async (reference?: string, options: OpenOptions = {}): Promise<Session> => {
    const { name, path } = await choose(reference);
    chooseEngine(await machine());
    await checkGgufFile(path, options.signal);
    const { contextLength, threads } = settings.engine;
    return engine.open(
      { kind: 'file', path, name },
      { ...(contextLength ? { contextLength } : {}), ...(threads ? { threads } : {}), ...options },
    );
  };

  return {
    settings,
    directories,
    net,
    store,
    engine,
    catalog,
    machine,
    list,
    choose,
    open,
    partials: () => listPartials(directories.partial),
    async resolve(names) {
      const known = await catalog();
      return names.map((name) => requireModel(known, name));
    },
    async plan(models) {
      const [installed, freeDiskBytes] = await Promise.all([store.list(), freeBytesAt(settings.home)]);
      const wanted = models.map((model) => {
        const found = installed.find((other) => other.name === model.name);
        const sizeBytes = model.files.reduce((sum, file) => sum + (file.sizeBytes ?? 0), 0) || model.parametersB * 0.62e9;
        return {
          model,
          isInstalled: found?.verified === true,
          partialBytes: 0,
          memoryBytes: estimateMemoryFromSize(sizeBytes, model.parametersB, usualContextLength),
        };
      });
      return planInstall(wanted, { totalMemoryBytes: totalmem(), freeDiskBytes, folder: settings.home });
    },
    install: (model, options) =>
      installModel(
        {
          net,
          store,
          download: {
            partialFolder: directories.partial,
            hub: settings.hub,
            mirrors: settings.download.mirrors,
            childEnvironment,
            ...(settings.download.onlySource ? { onlySource: settings.download.onlySource } : {}),
          },
        },
        model,
        options,
      ),
    agent: ({ model, onLoad, ...options }) =>
      createAgent({
        ...options,
        openModel: (signal) => open(model, { ...(signal ? { signal } : {}), ...(onLoad ? { onEvent: onLoad } : {}) }),
      }),
    async [Symbol.asyncDispose]() {
      engine.close();
    },
  };
}

async function readFacts(path: string, signal?: AbortSignal): Promise<StoredFacts> {
  const { architecture, parameters, quantization, contextLength } = await checkGgufFile(path, signal);
  return { architecture, quantization, parametersB: parameters / 1e9, ...(contextLength ? { contextLength } : {}) };
}

/** The catalogue's name of a file: same file name, and same size where that is known. */
function nameOfFile(catalog: Catalog, fileName: string, sizeBytes: number): string | undefined {
  const isIt = (model: Model): boolean =>
    model.files.some((file) => file.name === fileName && (file.sizeBytes === undefined || file.sizeBytes === sizeBytes));
  return catalog.models.find(isIt)?.name;
}

function lazyStore(modelsFolder: string, make: () => Promise<Store>): Store {
  let made: Promise<Store> | undefined;
  const store = (): Promise<Store> => (made ??= make());
  return {
    modelsFolder,
    list: async (signal) => (await store()).list(signal),
    find: async (name) => (await store()).find(name),
    freeFileName: async (wanted, sha256) => (await store()).freeFileName(wanted, sha256),
    adopt: async (adoption) => (await store()).adopt(adoption),
    remove: async (name) => (await store()).remove(name),
    setEnabled: async (names, enabled) => (await store()).setEnabled(names, enabled),
    setDefault: async (name) => (await store()).setDefault(name),
    recordDigest: async (name, fileName, sha256) => (await store()).recordDigest(name, fileName, sha256),
  };
}

/** The default model, else the enabled one of the highest tier that fits, the larger before the smaller. */
function chooseUnnamed(models: readonly ListedModel[]): { name: string; path: string } {
  const usable = models.filter((model) => model.enabled && model.problem === undefined);
  const chosen = usable.find((model) => model.isDefault) ?? [...usable].sort((a, b) => rank(b) - rank(a))[0];
  if (chosen) return { name: chosen.name, path: chosen.path };
  const [disabled] = models.filter((model) => !model.enabled);
  if (disabled) throw new LuciError('MODEL_DISABLED', 'All installed models are disabled.', { hint: `luci llm enable ${disabled.name}` });
  throw new LuciError('MODEL_NOT_INSTALLED', 'No model is installed.', { hint: `luci install ${starterName}` });
}

function rank({ fits, entry, facts }: ListedModel): number {
  const fit = { yes: 2, tight: 1, no: 0 }[fits];
  return fit * 1e6 + (entry?.tier ?? 0) * 1e4 + Math.min(9999, facts?.parametersB ?? 0);
}

function requireUsable(model: InstalledModel): { name: string; path: string } {
  if (!model.enabled) throw new LuciError('MODEL_DISABLED', `${model.name} is disabled.`, { hint: `luci llm enable ${model.name}` });
  if (model.problem !== undefined)
    throw new LuciError('GGUF_BROKEN', `${model.name} cannot be used. ${model.problem}`, { hint: `luci install ${model.name}` });
  return { name: model.name, path: model.path };
}

/** Free bytes where the folder is, or will be. */
async function freeBytesAt(folder: string): Promise<number> {
  for (let path = folder; ; path = resolve(path, '..')) {
    try {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    } catch (error) {
      if (resolve(path, '..') === path) throw error;
    }
  }
}
