import { totalmem } from 'node:os';
import type { Model } from '../base/model.ts';
import { findModel } from '../catalog/find-model.ts';
import { joinGroups } from '../catalog/groups.ts';
import type { Catalog } from '../catalog/load-catalog.ts';
import { listPartials } from '../download/partial.ts';
import { estimateMemoryFromSize } from '../gguf/memory-estimate.ts';
import type { HttpAccess } from '../sources/http/http-access.ts';
import { listRepository } from '../sources/hub/list-files.ts';
import { freeBytesAt } from '../store/free-space.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import { holdTofuPin, readTofuPins, type TofuPin } from '../store/tofu-pins.ts';
import { askSizes } from './ask-sizes.ts';
import { firstPinOf, type InstallOptions, type InstallTools, installModel } from './carry-out.ts';
import { type ImportOptions, type InspectedFile, importFile, inspectFile } from './import-file.ts';
import { nameForImport, partialBytesOf, stateOf } from './lookup.ts';
import { type InstallPlan, planInstall } from './plan.ts';
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
  /** Tokens the plan reckons memory for. */
  readonly contextLength: number;
}

/** See the methods of the same names in `Luci`. */
export interface Installer {
  targets(references: readonly string[], options?: { update?: boolean; signal?: AbortSignal }): Promise<readonly InstallTarget[]>;
  plan(models: readonly Model[], options?: { signal?: AbortSignal }): Promise<InstallPlan>;
  install(model: Model, options?: InstallOptions): Promise<InstalledModel>;
  importFile(path: string, options?: Pick<ImportOptions, 'copy' | 'signal' | 'onEvent'>): Promise<InstalledModel>;
  inspectFile(path: string, signal?: AbortSignal): Promise<InspectedFile>;
  verify(model: InstalledModel, options?: VerifyOptions): Promise<VerifiedModel>;
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
  const { net, store, catalog, download, stateFolder, home, offline, hub, contextLength, groupsPath } = options;
  const access = (signal?: AbortSignal): HttpAccess => ({
    endpoint: hub.endpoint,
    connectTimeoutMs: 10_000,
    token: hub.token,
    signal,
  });
  /** What the catalogue or the first install says of an installed model. */
  const pinnedModel = async ({ name }: InstalledModel): Promise<Model | undefined> => {
    const [known, pins] = await Promise.all([catalog(), readTofuPins(stateFolder)]);
    const model = findModel(known, name);
    const pin = pins.get(name);
    if (model && (!pin || model.files.every(({ sha256 }) => sha256 !== undefined))) return model;
    return pin && { ...outsideModel({ name, confidence: 'first-install', ...pin }), files: pin.files };
  };
  return {
    async targets(references, { update = false, signal } = {}) {
      return resolveTargets(joinGroups(references), {
        catalog: await catalog(),
        groupsPath,
        pins: update ? new Map<string, TofuPin>() : await readTofuPins(stateFolder),
        listRepository: (repo, revision) => listRepository(net, repo, access(signal), revision),
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
        const sizeBytes = statedBytes(model) ?? bytesFromParameters(model.parametersB, model.quantization);
        const memoryBytes = estimateMemoryFromSize(sizeBytes, model.parametersB, contextLength);
        return { model, state: stateOf(model, there), partialBytes: partialBytesOf(model, partials), memoryBytes };
      });
      return planInstall(wanted, { totalMemoryBytes: totalmem(), freeDiskBytes, folder: home });
    },
    async install(model, how) {
      const done = await installModel({ net, store, download }, model, how);
      if (!done.vouched) await holdTofuPin(stateFolder, model.name, firstPinOf(model, done));
      return done;
    },
    async verify(model, how) {
      const files = await verifyModel({ store }, model, await pinnedModel(model), how);
      const { problem } = model;
      const isGood = problem === undefined && files.every(({ state }) => state !== 'bad');
      return { model, files, isGood, problem };
    },
    async repair({ model, files }, how) {
      const bad = files.filter(({ state }) => state === 'bad');
      return repairModel({ net, store, download }, model, bad, await pinnedModel(model), how);
    },
    inspectFile,
    async importFile(path, how = {}) {
      const [known, there] = await Promise.all([catalog(), store.list()]);
      return importFile(store, path, {
        ...how,
        partialFolder: download.partialFolder,
        nameFor: (sha256, fileName, sizeBytes) => nameForImport(known, there, sha256, fileName, sizeBytes),
      });
    },
  };
}
