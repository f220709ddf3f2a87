import { totalmem } from 'node:os';
import { isLuciError, LuciError } from '../base/errors.ts';
import { freeBytesAt } from '../base/free-space.ts';
import type { Model } from '../base/model.ts';
import { shellWord } from '../base/shell-word.ts';
import { joinGroups } from '../catalog/groups.ts';
import type { Catalog } from '../catalog/load-catalog.ts';
import { listPartials } from '../download/partial.ts';
import { estimateMemoryFromSize } from '../gguf/memory-estimate.ts';
import type { HttpAccess } from '../sources/http/http-access.ts';
import { listRepository } from '../sources/hub/list-files.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import { holdTofuPin, readTofuPins, type TofuPin } from '../store/tofu-pins.ts';
import { askSizes } from './ask-sizes.ts';
import { firstPinOf, type InstallOptions, type InstallTools, installModel } from './carry-out.ts';
import { type CarryOutOptions, carryOutPlan } from './carry-out-plan.ts';
import { type ImportOptions, type InspectedFile, importFile, inspectFile } from './import-file.ts';
import { entryOf, nameForImport, partialBytesOf, stateOf } from './lookup.ts';
import { type InstallPlan, planInstall, requireDiskRoom } from './plan.ts';
import { type PreparedInstall, type PrepareOptions, prepareInstall } from './prepare.ts';
import { requireReach } from './reach.ts';
import { bytesFromParameters, statedBytes } from './size-estimate.ts';
import { type InstallTarget, outsideModel, resolveTargets } from './targets.ts';
import { type CheckedFile, type RepairOptions, repairModel, type VerifyOptions, verifyModel } from './verify.ts';

/** Everything between a word after `install` and a verified file in the store. */

/** What an installer works with. */
export interface InstallerOptions extends InstallTools {
  readonly home: string;
  readonly offline: boolean;
  readonly hub: { readonly endpoint: string; readonly token?: string };
  readonly catalog: () => Promise<Catalog>;
  readonly groupsPath: string;
  readonly stateFolder: string;
  /** The absolute path of what a person wrote. */
  readonly pathOf: (written: string) => string;
  /** Tokens the plan reckons memory for. */
  readonly contextLength: number;
}

/** Getting models onto this machine. */
export interface Installer {
  /**
   * What the words after `install` stand for: names, `tier 1`, `core models`, `all models`, `owner/repo:Q4_K_M`, addresses, paths.
   * With `update` the pins of first installs are passed over.
   */
  targets(references: readonly string[], options?: PrepareOptions): Promise<readonly InstallTarget[]>;
  /** What installing would do. Reads the disk, asks the sources for sizes nobody stated, fetches nothing. */
  plan(models: readonly Model[], options?: { signal?: AbortSignal }): Promise<InstallPlan>;
  /** Targets and plan in one: what the words after `install` come to. A path that is wrong is said before anything is fetched. Throws USAGE for none. */
  prepare(references: readonly string[], options?: PrepareOptions): Promise<PreparedInstall>;
  /** Throws OFFLINE or DISK_FULL for a plan that cannot be carried out. */
  requirePossible(plan: InstallPlan): Promise<void>;
  /**
   * Fetches what is missing, then takes over files. Of several models one that fails does not keep the others from coming: it is told
   * by an event, and thrown at the end. Throws OFFLINE or DISK_FULL before anything is fetched.
   */
  carryOut(prepared: PreparedInstall, options?: CarryOutOptions): Promise<void>;
  /** Fetches and verifies one model. Throws OFFLINE or DISK_FULL before anything is fetched. */
  install(model: Model, options?: InstallOptions): Promise<InstalledModel>;
  /** Takes over a `.gguf` file of this machine; the original is only read. */
  importFile(path: string, options?: Pick<ImportOptions, 'copy' | 'signal' | 'onEvent'>): Promise<InstalledModel>;
  /** Looks whether a path is a model that could be taken over, and how large it is. */
  inspectFile(path: string, signal?: AbortSignal): Promise<InspectedFile>;
  /** Reads every byte of an installed model and compares its digests. */
  verify(model: InstalledModel, options?: VerifyOptions): Promise<VerifiedModel>;
  /** Fetches again what a check found bad. */
  repair(verified: VerifiedModel, options?: RepairOptions): Promise<InstalledModel>;
}

/** A model whose bytes were all read. */
export interface VerifiedModel {
  readonly model: InstalledModel;
  readonly files: readonly CheckedFile[];
  readonly isGood: boolean;
  /** What is wrong beside the digests: no model at all, parts missing. */
  readonly problem?: string;
}

/** The installer of a home folder. */
export function createInstaller(options: InstallerOptions): Installer {
  const { net, store, catalog, download, stateFolder, home, offline, hub, contextLength, groupsPath, pathOf } = options;
  const access = (signal?: AbortSignal): HttpAccess => ({
    endpoint: hub.endpoint,
    connectTimeoutMs: 10_000,
    token: hub.token,
    signal,
  });
  /** What the catalogue or the first install says of an installed model. */
  const pinnedModel = async (installed: InstalledModel): Promise<Model | undefined> => {
    const [known, pins] = await Promise.all([catalog(), readTofuPins(stateFolder)]);
    const { name } = installed;
    const model = entryOf(known, installed);
    const pin = pins.get(name);
    if (model && (!pin || model.files.every(({ sha256 }) => sha256 !== undefined))) return model;
    return pin && { ...outsideModel({ name, confidence: 'first-install', ...pin }), files: pin.files };
  };
  const fetchModel = async (model: Model, how?: InstallOptions): Promise<InstalledModel> => {
    const done = await installModel({ net, store, download }, model, how);
    if (!done.vouched) await holdTofuPin(stateFolder, model.name, firstPinOf(model, done));
    return done;
  };
  const installer: Installer = {
    async targets(references, { update = false, signal } = {}) {
      return resolveTargets(joinGroups(references), {
        catalog: await catalog(),
        groupsPath,
        pins: update ? new Map<string, TofuPin>() : await readTofuPins(stateFolder),
        // The token is the hub's own: a mirror never sees it.
        listRepository: ({ repo, revision, mirror }) =>
          listRepository(
            net,
            repo,
            mirror === undefined ? access(signal) : { ...access(signal), endpoint: mirror, token: undefined },
            revision,
          ),
      });
    },
    async plan(models, { signal } = {}) {
      const sized = offline ? models : await askSizes(models, { hub }, { net, signal });
      const [there, partials, freeDiskBytes] = await Promise.all([
        store.list(signal),
        listPartials(download.partialFolder),
        freeBytesAt(home),
      ]);
      const wanted = sized.map((model) => {
        const { parametersB, quantization } = model;
        const fileBytes = statedBytes(model) ?? bytesFromParameters(parametersB, quantization);
        const memoryBytes = estimateMemoryFromSize({ fileBytes, parametersB, quantization, contextLength });
        return { model, state: stateOf(model, there), partialBytes: partialBytesOf(model, partials), memoryBytes };
      });
      return planInstall(wanted, { totalMemoryBytes: totalmem(), freeDiskBytes, folder: home });
    },
    prepare: (references, how = {}) => prepareInstall(references, installer, how),
    async requirePossible(plan) {
      requireReach(plan, { offline, hub, mirrors: download.mirrors });
      requireDiskRoom(plan);
    },
    async carryOut(prepared, how) {
      await installer.requirePossible(prepared.plan);
      await carryOutPlan(prepared, { fetchModel, importFile: installer.importFile }, how);
    },
    async install(model, how) {
      await installer.requirePossible(await installer.plan([model], how));
      return fetchModel(model, how);
    },
    async verify(model, how) {
      // Damage is what was read just now, not what was remembered.
      const problem = model.damaged ? undefined : model.problem;
      const reading = verifyModel({ store }, model, await pinnedModel(model), how);
      // One that cannot be read keeps nobody from the others: its problem is told in its row.
      const files = await (problem === undefined ? reading : reading.catch(unlessUnreadable));
      const isGood = problem === undefined && files.every(({ state }) => state !== 'bad');
      return { model, files, isGood, problem };
    },
    async repair({ model, files, problem }, how) {
      const bad = files.filter(({ state }) => state === 'bad');
      if (bad.length === 0 && problem !== undefined) throw notRepairable(model, problem);
      return repairModel({ net, store, download }, model, bad, await pinnedModel(model), how);
    },
    inspectFile: (path, signal) => inspectFile(pathOf(path), signal),
    async importFile(path, how = {}) {
      const [known, there] = await Promise.all([catalog(), store.list()]);
      return importFile(store, pathOf(path), {
        ...how,
        partialFolder: download.partialFolder,
        nameFor: (sha256, fileName, sizeBytes) => nameForImport(known, there, sha256, fileName, sizeBytes),
      });
    },
  };
  return installer;
}

/** Nothing was read of it, where that is due to the disk or the link. */
function unlessUnreadable(error: unknown): readonly CheckedFile[] {
  if (isLuciError(error) && ['DISK_DENIED', 'DISK_FAILED', 'NOT_FOUND'].includes(error.code)) return [];
  throw error;
}

/** What is there cannot be compared with what it should be. */
function notRepairable({ name, source, vouched }: InstalledModel, problem: string): LuciError {
  const isKnown = source !== undefined || vouched;
  return new LuciError('GGUF_BROKEN', `${name} cannot be repaired: ${problem}`, {
    hint: `luci remove ${shellWord(name)}${isKnown ? `\nluci install ${shellWord(name)}` : ''}`,
  });
}
