import { isLuciError, LuciError } from '../base/errors.ts';
import type { Model } from '../base/model.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import { listPartials, type PartialInfo } from '../download/partial.ts';
import { createRateLimiter } from '../download/rate-limit.ts';
import { minContextLength } from '../engine/defaults.ts';
import type { HostEngine } from '../engine/host/host-engine.ts';
import type { InstallOptions } from '../install/carry-out.ts';
import { starterName } from '../install/choose-installed.ts';
import type { ImportOptions, InspectedFile } from '../install/import-file.ts';
import { createInstaller, type Installer, type VerifiedModel } from '../install/installer.ts';
import { type InstallPlan, requireDiskRoom } from '../install/plan.ts';
import { requireReach } from '../install/reach.ts';
import type { InstallTarget } from '../install/targets.ts';
import type { RepairOptions, VerifyOptions } from '../install/verify.ts';
import type { Net } from '../net/net.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { Store } from '../store/store.ts';
import { type CarryOutOptions, carryOutPlan, type FileToTake, type PreparedInstall } from './carry-out-plan.ts';
import { expandHome } from './expand-home.ts';
import { groupsPath, type Models } from './models.ts';

/** Getting models onto this machine, and keeping their bytes right. */

/** `luci.installs` */
export interface Installs {
  /**
   * What the words after `install` stand for: names, `tier 1`, `core models`, `all models`, `owner/repo:Q4_K_M`, addresses, paths.
   * With `update` the pins of first installs are passed over.
   */
  targets(references: readonly string[], options?: { update?: boolean; signal?: AbortSignal }): Promise<readonly InstallTarget[]>;
  /** What installing would do. Reads the disk, asks the sources for sizes nobody stated, fetches nothing. */
  plan(models: readonly Model[], options?: { signal?: AbortSignal }): Promise<InstallPlan>;
  /** Targets and plan in one: what the words after `install` come to. A path that is wrong is said before anything is fetched. Throws USAGE for none. */
  prepare(references: readonly string[], options?: { update?: boolean; signal?: AbortSignal }): Promise<PreparedInstall>;
  /** Throws OFFLINE or DISK_FULL for a plan that cannot be carried out. */
  requirePossible(plan: InstallPlan): Promise<void>;
  /** Whether a person is to agree first: above `settings.download.confirmAboveBytes`, or where the size is unknown. */
  needsConsent(plan: InstallPlan): Promise<boolean>;
  /**
   * Fetches what is missing, then takes over files. Of several models one that fails does not keep the others from coming: it is told
   * by an event, and thrown at the end. Throws OFFLINE or DISK_FULL before anything is fetched.
   */
  carryOut(prepared: PreparedInstall, options?: CarryOutOptions): Promise<void>;
  /** The starter, where no model is installed at all; undefined where there is one. */
  starterIfEmpty(): Promise<Model | undefined>;
  /** Fetches and verifies one model. Throws OFFLINE or DISK_FULL before anything is fetched. */
  install(model: Model, options?: InstallOptions): Promise<InstalledModel>;
  /** Takes over a `.gguf` file of this machine; the original is only read. */
  importFile(path: string, options?: Pick<ImportOptions, 'copy' | 'signal' | 'onEvent'>): Promise<InstalledModel>;
  /** Looks whether a path is a model that could be taken over, and how large it is. */
  inspectFile(path: string, signal?: AbortSignal): Promise<InspectedFile>;
  /** Reads every byte of an installed model and compares its digests. */
  verify(reference: string, options?: VerifyOptions): Promise<VerifiedModel>;
  /** Fetches again what a check found bad. */
  repair(verified: VerifiedModel, options?: RepairOptions): Promise<InstalledModel>;
  /** Downloads that are not finished. */
  partials(): Promise<readonly PartialInfo[]>;
}

/** What installing works with. */
export interface InstallsOptions {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  readonly store: Store;
  readonly engine: Pick<HostEngine, 'stop'>;
  readonly models: Pick<Models, 'catalog' | 'installed' | 'choose' | 'resolve'>;
}

/** The installs of a home folder. */
export function createInstalls(options: InstallsOptions): Installs {
  const { settings, directories, engine, models } = options;
  const installer = installerOf(options);
  const { userFolder } = settings.system;
  const importFile: Installs['importFile'] = (path, how) => installer.importFile(expandHome(path, userFolder), how);
  const inspectFile: Installs['inspectFile'] = (path, signal) => installer.inspectFile(expandHome(path, userFolder), signal);
  const requirePossible = async (plan: InstallPlan): Promise<void> => {
    requireReach(plan, { offline: settings.offline, hub: settings.hub, mirrors: settings.download.mirrors });
    requireDiskRoom(plan);
  };
  return {
    targets: installer.targets,
    plan: installer.plan,
    requirePossible,
    importFile,
    inspectFile,
    async prepare(references, how = {}) {
      if (references.length === 0) throw new LuciError('USAGE', 'Which model?', { hint: `luci install ${starterName}` });
      const targets = await installer.targets(references, how);
      const files: FileToTake[] = [];
      for (const target of targets)
        if (target.kind === 'file') files.push({ path: target.path, sizeBytes: (await inspectFile(target.path, how.signal)).sizeBytes });
      const wanted = targets.flatMap((target) => (target.kind === 'model' ? [target.model] : []));
      return { plan: await installer.plan(wanted, how), files };
    },
    async needsConsent(plan) {
      const missing = plan.items.filter(({ action }) => action === 'fetch');
      return missing.some(({ isSizeKnown }) => !isSizeKnown) || plan.bytesToFetch > settings.download.confirmAboveBytes;
    },
    async carryOut(prepared, how) {
      await requirePossible(prepared.plan);
      await carryOutPlan(prepared, { install: installer.install, importFile }, how);
    },
    async starterIfEmpty() {
      try {
        await models.choose();
        return undefined;
      } catch (error) {
        if (!isLuciError(error, 'MODEL_NOT_INSTALLED')) throw error;
        return (await models.resolve([starterName]))[0];
      }
    },
    async install(model, how = {}) {
      await requirePossible(await installer.plan([model], how));
      return installer.install(model, how);
    },
    verify: async (reference, how) => installer.verify(await models.installed(reference), how),
    async repair(verified, how) {
      await engine.stop(verified.model.name); // A file that is mapped into memory cannot be replaced on Windows.
      return installer.repair(verified, how);
    },
    partials: () => listPartials(directories.partial),
  };
}

function installerOf({ settings, directories, net, store, models }: InstallsOptions): Installer {
  const { home, offline, hub, system } = settings;
  const { onlySource, mirrors, connections, maxBytesPerSecond, transport } = settings.download;
  return createInstaller({
    home,
    offline,
    hub,
    net,
    store,
    catalog: models.catalog,
    groupsPath: groupsPath(),
    stateFolder: directories.state,
    contextLength: minContextLength,
    download: {
      partialFolder: directories.partial,
      hub,
      mirrors,
      connections,
      transport,
      childEnvironment: system.fetcherEnvironment,
      // One limiter for everything this process fetches.
      maxBytesPerSecond: maxBytesPerSecond === undefined ? undefined : createRateLimiter(maxBytesPerSecond),
      onlySource,
    },
  });
}
