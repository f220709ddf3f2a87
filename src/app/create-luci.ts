import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { createAgent } from '../agent/agent.ts';
import { debugLog, keepDebugLog } from '../base/debug-log.ts';
import { LuciError } from '../base/errors.ts';
import type { Sha256 } from '../base/model.ts';
import { dataPath } from '../base/parts.ts';
import { shellWord } from '../base/shell-word.ts';
import { version } from '../base/version.ts';
import { findModel, requireModel } from '../catalog/find-model.ts';
import { joinGroups, modelsOfGroup } from '../catalog/groups.ts';
import { type Catalog, type CatalogProblem, loadCatalog } from '../catalog/load-catalog.ts';
import { parseReference } from '../catalog/reference.ts';
import { type Directories, directoriesOf } from '../config/directories.ts';
import { defaultSettings } from '../config/resolve-settings.ts';
import type { Settings } from '../config/settings.ts';
import { listPartials } from '../download/partial.ts';
import { createRateLimiter } from '../download/rate-limit.ts';
import type { OpenOptions, Session } from '../engine/engine.ts';
import { createHostEngine } from '../engine/host/host-engine.ts';
import { type MachineFacts, probeMachine } from '../engine/machine.ts';
import { estimateMemoryFromSize } from '../gguf/memory-estimate.ts';
import { checkGgufParts } from '../gguf/split-model.ts';
import {
  chooseProven,
  chooseUnnamed,
  chooseWithoutComparing,
  type ListedModel,
  type Need,
  requireUsable,
  starterName,
  type UsableModel,
} from '../install/choose-installed.ts';
import { fitOf } from '../install/fit.ts';
import type { Installer, VerifiedModel } from '../install/installer.ts';
import { findInstalled, nameOfFile } from '../install/lookup.ts';
import { bytesFromParameters, statedBytes } from '../install/size-estimate.ts';
import { createNet } from '../net/create-net.ts';
import { appendToLedger, readLedger } from '../net/ledger.ts';
import type { InstalledModel, StoredFacts } from '../store/installed-model.ts';
import { createStore } from '../store/store.ts';
import { readTestRecords, type TestRecord } from '../store/test-records.ts';
import type { CatalogedModel, Luci } from './luci.ts';
import { createOpener } from './open-model.ts';
import type { Upkeep } from './upkeep.ts';

/** The composition root: every part of luci, made from one Settings value. */

export type { CatalogedModel, DescribedModel, Luci } from './luci.ts';
export type { ListedModel, VerifiedModel };
export { starterName };

/** Tokens luci opens a model with when nothing else is said; plans reckon with it. */
export const usualContextLength = 4096;

export { defaultSettings };

/** luci with these settings (default: {@link defaultSettings}). Touches nothing until it is asked to. */
export function createLuci(settings: Settings = defaultSettings()): Luci {
  const directories = directoriesOf(settings.home);
  if (settings.debug) tellSettings(settings, directories);
  const groupsPath = dataPath('catalog', 'groups.json');
  const ledgerPath = join(directories.state, 'net.jsonl');
  let machineFacts: Promise<MachineFacts> | undefined;
  let loadedCatalog: Promise<Catalog> | undefined;
  let catalogProblems: readonly CatalogProblem[] = [];
  const machine = (): Promise<MachineFacts> => (machineFacts ??= probeMachine());
  const catalog = (): Promise<Catalog> =>
    (loadedCatalog ??= loadCatalog({ own: directories.catalogFile }).then((loaded) => {
      catalogProblems = loaded.problems;
      return loaded;
    }));
  const net = createNet({
    offline: settings.offline,
    proxy: settings.proxy,
    userAgent: `luci/${version} node/${process.versions.node}`,
    record: (entry) => appendToLedger(ledgerPath, entry),
  });
  const { runtimeFolder, childEnvironment, fetcherEnvironment, userFolder } = settings.system;
  const engine = createHostEngine({
    home: settings.home,
    stateFolder: directories.state,
    logsFolder: directories.logs,
    keepAliveSeconds: settings.engine.keepAliveSeconds,
    environment: childEnvironment,
    machine,
    memoryBudgetBytes: settings.engine.memoryBudgetBytes,
    runtimeFolder,
  });
  const opener = createOpener({ settings, directories, net, engine, machine });
  const store = createStore({
    home: settings.home,
    modelsFolder: directories.models,
    stateFolder: directories.state,
    trashFolder: directories.trash,
    readFacts,
    nameFile: async (fileName, sizeBytes) => nameOfFile(await catalog(), fileName, sizeBytes),
  });

  const list = async (): Promise<readonly ListedModel[]> => withCatalog(await store.list());
  const withCatalog = async (models: readonly InstalledModel[]): Promise<readonly ListedModel[]> => {
    if (models.length === 0) return []; // Without models nobody waits for the catalogue.
    const [known, proven] = await Promise.all([catalog(), readTestRecords(directories.state)]);
    const totalMemory = totalmem();
    return models.map((model) => ({
      ...model,
      entry: findModel(known, model.name),
      proven: provenOf(model, proven),
      fits: fitOf(estimateMemoryFromSize(model.sizeBytes, model.facts?.parametersB ?? 1, usualContextLength), totalMemory),
    }));
  };

  const cataloged = async (): Promise<readonly CatalogedModel[]> => {
    const [known, models] = await Promise.all([catalog(), list()]);
    const byName = new Map(models.map((model) => [model.name, model]));
    const totalMemory = totalmem();
    return known.models.map((model) => {
      const stated = statedBytes(model);
      const sizeBytes = stated ?? bytesFromParameters(model.parametersB, model.quantization);
      const memoryBytes = estimateMemoryFromSize(sizeBytes, model.parametersB, usualContextLength);
      const fits = fitOf(memoryBytes, totalMemory);
      return { model, installed: byName.get(model.name), sizeBytes, isSizeKnown: stated !== undefined, memoryBytes, fits };
    });
  };

  const installed = async (reference: string): Promise<InstalledModel> => {
    const known = await catalog();
    const entry = findModel(known, reference);
    const models = await store.list();
    const model = (entry && models.find(({ name }) => name === entry.name)) ?? findInstalled(models, reference);
    if (model) return model;
    const { name } = entry ?? requireKnown(known, reference);
    throw new LuciError('MODEL_NOT_INSTALLED', `${name} is not installed.`, { hint: `luci install ${shellWord(name)}` });
  };

  const installedNames = async (references: readonly string[]): Promise<readonly string[]> => {
    const models = await store.list();
    const known = await catalog();
    const names = new Set<string>();
    for (const text of joinGroups(references)) {
      const parsed = parseReference(text);
      if (parsed.kind === 'group' && parsed.group === 'all') for (const { name } of models) names.add(name);
      else if (parsed.kind === 'group' || parsed.kind === 'tier') {
        const group = new Set((await modelsOfGroup(known, parsed, groupsPath)).map(({ name }) => name));
        for (const { name } of models) if (group.has(name)) names.add(name);
      } else names.add((await installed(text)).name);
    }
    return [...names];
  };

  const choose = async (reference?: string, need?: Need): Promise<UsableModel> => {
    if (reference === undefined) {
      if (need) return chooseProven(await list(), need);
      const models = await store.list();
      // The catalogue takes 1 to 2 ms of a start to read.
      return chooseWithoutComparing(models) ?? chooseUnnamed(await withCatalog(models));
    }
    const remote = await opener.findRemote(reference);
    if (remote) return remote;
    const parsed = parseReference(reference);
    if (parsed.kind === 'path') return { name: reference, path: expandHome(parsed.path) };
    return requireUsable(await installed(reference));
  };
  const expandHome = (path: string): string => resolve(path.replace(/^~(?=[\\/])/, (tilde) => userFolder ?? tilde));
  // Loaded when something is installed: listing and asking do without.
  const installer = async (): Promise<Installer> => {
    const { createInstaller } = await import('../install/installer.ts');
    const { onlySource, mirrors, connections, maxBytesPerSecond, transport } = settings.download;
    return createInstaller({
      home: settings.home,
      offline: settings.offline,
      hub: settings.hub,
      net,
      store,
      catalog,
      groupsPath,
      stateFolder: directories.state,
      contextLength: usualContextLength,
      download: {
        partialFolder: directories.partial,
        hub: settings.hub,
        mirrors,
        connections,
        transport,
        childEnvironment: fetcherEnvironment,
        // One limiter for everything this process fetches.
        maxBytesPerSecond: maxBytesPerSecond === undefined ? undefined : createRateLimiter(maxBytesPerSecond),
        onlySource,
      },
    });
  };

  const open = async (reference?: string, options: OpenOptions = {}): Promise<Session> => {
    const chosen = await choose(reference);
    debugLog('model', {
      asked: reference,
      taken: chosen.name,
      why: reference === undefined ? 'the default, else the best that fits' : 'it was named',
    });
    return opener.open(chosen, options);
  };

  const testLogs = join(directories.logs, 'test');
  const findRun = () => import('../tiers/find-run.ts');
  const reports = () => import('../tiers/report/write-report.ts');
  // Reports are passed on: no folder of the user's stands in them.
  const privatePaths = [
    { path: settings.home, shownAs: 'LUCI_HOME' },
    ...(userFolder === undefined ? [] : [{ path: userFolder, shownAs: '~' }]),
  ];
  const runtimes = async () => (await import('./runtimes.ts')).createRuntimes({ settings, directories, net });
  const pythonFolder = async (signal?: AbortSignal): Promise<string | undefined> => (await runtimes()).pythonFolder(signal);
  const digestOf = async (name: string, signal?: AbortSignal): Promise<Sha256> => {
    const elsewhere = (await opener.findRemote(name))?.remote;
    if (elsewhere) {
      const url = (await opener.remotes()).find((remote) => remote.name === elsewhere.remote)?.url;
      const { createHash } = await import('node:crypto');
      return createHash('sha256').update(`${url} ${elsewhere.model}`).digest('hex');
    }
    const recorded = (await store.find(name))?.files[0]?.sha256;
    if (recorded !== undefined) return recorded;
    const verified = await (await installer()).verify(await installed(name), signal ? { signal } : {});
    return verified.files[0]?.actual ?? '';
  };
  // What runs no model is loaded when it is asked for.
  const upkeep = async (): Promise<Upkeep> =>
    (await import('./upkeep.ts')).createUpkeep({ settings, directories, net, store, machine, opener, catalog });

  const { remotes, addRemote, removeRemote, remoteModels, llamaServer, llamafile } = opener;
  return {
    remotes,
    addRemote,
    removeRemote,
    remoteModels,
    llamaServer,
    llamafile,
    runtimes,
    waste: async () => (await upkeep()).waste(),
    clean: async (how) => (await upkeep()).clean(how),
    doctor: async (how) => (await upkeep()).doctor(how),
    freeDiskBytes: async () => (await upkeep()).freeDiskBytes(),
    builtInTools: async (folder) => (await upkeep()).builtInTools(expandHome(folder)),
    settings,
    directories,
    net,
    store,
    engine,
    catalog,
    catalogProblems: () => catalogProblems,
    machine,
    list,
    choose,
    installed,
    open,
    cataloged,
    async describe(reference) {
      const entry = findModel(await catalog(), reference);
      const [all, models] = await Promise.all([cataloged(), list()]);
      const item = all.find(({ model }) => model.name === entry?.name);
      const { name } = item?.model ?? (await installed(reference));
      return { name, cataloged: item, installed: models.find((model) => model.name === name) };
    },
    installedNames,
    async verify(reference, options) {
      return (await installer()).verify(await installed(reference), options);
    },
    async repair(verified, options) {
      await engine.stop(verified.model.name); // A file that is mapped into memory cannot be replaced on Windows.
      return (await installer()).repair(verified, options);
    },
    async test(options) {
      const { testModels } = await import('./testing/test-models.ts');
      const { findRemote } = opener;
      const own = { stateFolder: directories.state, logsFolder: testLogs };
      const tools = { ...own, list, installedNames, findRemote, digestOf, open, machine, pythonFolder };
      return testModels(tools, options);
    },
    async newestTest(reference) {
      const { newestRun, testedModels } = await findRun();
      return newestRun(testLogs, testedModels(testLogs).includes(reference) ? reference : (await installed(reference)).name);
    },
    async writeReport({ models = [], ...where } = {}) {
      const [{ writeReport }, { testedModels }] = await Promise.all([reports(), findRun()]);
      const tested = new Set(testedModels(testLogs));
      const names: string[] = [];
      for (const reference of models) names.push(...(tested.has(reference) ? [reference] : await installedNames([reference])));
      return writeReport({ ...where, logsFolder: testLogs, models: names, privatePaths });
    },
    writeJunit: async (path, results) => (await reports()).writeJunit(path, results, privatePaths),
    testingVerbs: async () => (await import('./testing/finished-runs.ts')).createTestingVerbs(testLogs, directories.keys, pythonFolder),
    requests: () => readLedger(ledgerPath),
    partials: () => listPartials(directories.partial),
    async resolve(names) {
      const known = await catalog();
      return names.map((name) => requireModel(known, name));
    },
    targets: async (references, options) => (await installer()).targets(references, options),
    plan: async (models, options) => (await installer()).plan(models, options),
    install: async (model, options) => (await installer()).install(model, options),
    inspectFile: async (path, signal) => (await installer()).inspectFile(expandHome(path), signal),
    importFile: async (path, options) => (await installer()).importFile(expandHome(path), options),
    agent: ({ model, onLoad, ...options }) =>
      createAgent({
        ...options,
        openModel: (signal) => open(model, { signal, onEvent: onLoad }),
      }),
    async [Symbol.asyncDispose]() {
      engine.close();
    },
  };
}

/** A result holds for the bytes that were tested. */
function provenOf({ name, files }: InstalledModel, all: Readonly<Record<string, TestRecord>>): TestRecord | undefined {
  const found = all[name];
  return found !== undefined && found.sha256 === files[0]?.sha256 ? found : undefined;
}

async function readFacts(paths: readonly string[], signal?: AbortSignal): Promise<StoredFacts> {
  const { architecture, parameters, quantization, contextLength } = await checkGgufParts(paths, signal);
  return { architecture, quantization, parametersB: parameters / 1e9, contextLength };
}

/** For a name nobody knows: MODEL_UNKNOWN with the nearest. A repository of the hub is known by itself. */
function requireKnown(catalog: Catalog, reference: string): { name: string } {
  return parseReference(reference).kind === 'hub' ? { name: reference } : requireModel(catalog, reference);
}

/** Begins the debug log of a home folder: the settings that are not as they come, and where each is from. */
function tellSettings({ origins }: Settings, directories: Directories): void {
  keepDebugLog(join(directories.logs, 'debug.log'));
  const given = Object.entries(origins).filter(([, origin]) => origin !== 'default');
  debugLog('settings', { home: directories.home, ...Object.fromEntries(given.map(([name, origin]) => [name, `from ${origin}`])) });
}
