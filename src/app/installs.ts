import type { Model } from '../base/model.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import { listPartials, type PartialInfo } from '../download/partial.ts';
import { createRateLimiter } from '../download/rate-limit.ts';
import type { HostEngine } from '../engine/host/host-engine.ts';
import type { InstallOptions } from '../install/carry-out.ts';
import type { ImportOptions, InspectedFile } from '../install/import-file.ts';
import { createInstaller, type Installer, type VerifiedModel } from '../install/installer.ts';
import type { InstallPlan } from '../install/plan.ts';
import type { InstallTarget } from '../install/targets.ts';
import type { RepairOptions, VerifyOptions } from '../install/verify.ts';
import type { Net } from '../net/net.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { Store } from '../store/store.ts';
import { expandHome } from './expand-home.ts';
import { type Models, usualContextLength } from './models.ts';

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
  readonly models: Pick<Models, 'catalog' | 'installed'>;
  readonly groupsPath: string;
}

/** The installs of a home folder. */
export function createInstalls(options: InstallsOptions): Installs {
  const { settings, directories, engine, models } = options;
  const installer = installerOf(options);
  const { userFolder } = settings.system;
  return {
    targets: installer.targets,
    plan: installer.plan,
    install: installer.install,
    importFile: (path, how) => installer.importFile(expandHome(path, userFolder), how),
    inspectFile: (path, signal) => installer.inspectFile(expandHome(path, userFolder), signal),
    verify: async (reference, how) => installer.verify(await models.installed(reference), how),
    async repair(verified, how) {
      await engine.stop(verified.model.name); // A file that is mapped into memory cannot be replaced on Windows.
      return installer.repair(verified, how);
    },
    partials: () => listPartials(directories.partial),
  };
}

function installerOf({ settings, directories, net, store, models, groupsPath }: InstallsOptions): Installer {
  const { home, offline, hub, system } = settings;
  const { onlySource, mirrors, connections, maxBytesPerSecond, transport } = settings.download;
  return createInstaller({
    home,
    offline,
    hub,
    net,
    store,
    catalog: models.catalog,
    groupsPath,
    stateFolder: directories.state,
    contextLength: usualContextLength,
    download: {
      partialFolder: directories.partial,
      hub,
      mirrors,
      connections,
      transport,
      childEnvironment: system.childEnvironment,
      // One limiter for everything this process fetches.
      maxBytesPerSecond: maxBytesPerSecond === undefined ? undefined : createRateLimiter(maxBytesPerSecond),
      onlySource,
    },
  });
}
