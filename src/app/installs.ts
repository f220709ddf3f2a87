import { isLuciError } from '../base/errors.ts';
import type { Model } from '../base/model.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import { listPartials, type PartialInfo } from '../download/partial.ts';
import type { RateLimiter } from '../download/rate-limit.ts';
import { minContextLength } from '../engine/defaults.ts';
import type { HostEngine } from '../engine/host/host-engine.ts';
import { starterName } from '../install/choose-installed.ts';
import { createInstaller, type Installer, type VerifiedModel } from '../install/installer.ts';
import type { InstallPlan } from '../install/plan.ts';
import type { VerifyOptions } from '../install/verify.ts';
import type { Net } from '../net/net.ts';
import type { Store } from '../store/store.ts';
import type { Aliases } from './aliases.ts';
import { expandHome } from './expand-home.ts';
import { groupsPath, type Models } from './models.ts';

/** Getting models onto this machine, and keeping their bytes right. */

/** `luci.installs` */
export interface Installs
  extends Pick<
    Installer,
    'targets' | 'plan' | 'prepare' | 'requirePossible' | 'carryOut' | 'install' | 'importFile' | 'inspectFile' | 'repair'
  > {
  /** Whether a person is to agree first: above `settings.download.confirmAboveBytes`, or where the size is unknown. */
  needsConsent(plan: InstallPlan): Promise<boolean>;
  /** The starter, where no model is installed at all; undefined where there is one. */
  starterIfEmpty(): Promise<Model | undefined>;
  /** Reads every byte of an installed model and compares its digests. */
  verify(reference: string, options?: VerifyOptions): Promise<VerifiedModel>;
  /** Downloads that are not finished. */
  partials(): Promise<readonly PartialInfo[]>;
}

/** What installing works with. */
export interface InstallsOptions {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  /** The one of this luci. */
  readonly limiter: RateLimiter;
  readonly store: Store;
  readonly engine: Pick<HostEngine, 'stop'>;
  readonly aliases: Pick<Aliases, 'meant'>;
  readonly models: Pick<Models, 'catalog' | 'installed' | 'choose' | 'resolve' | 'requireHere'>;
}

/** The installs of a home folder. */
export function createInstalls(options: InstallsOptions): Installs {
  const { settings, directories, engine, models, aliases } = options;
  const installer = installerOf(options);
  const meant = async (references: readonly string[]): Promise<string[]> => {
    const names = await Promise.all(references.map(aliases.meant));
    for (const name of names) await models.requireHere(name);
    return names;
  };
  return {
    ...installer,
    targets: async (references, how) => installer.targets(await meant(references), how),
    prepare: async (references, how) => installer.prepare(await meant(references), how),
    async needsConsent(plan) {
      const missing = plan.items.filter(({ action }) => action === 'fetch');
      return missing.some(({ isSizeKnown }) => !isSizeKnown) || plan.bytesToFetch > settings.download.confirmAboveBytes;
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
    verify: async (reference, how) => installer.verify(await models.installed(reference), how),
    async repair(verified, how) {
      await engine.stop(verified.model.name); // A file that is mapped into memory cannot be replaced on Windows.
      return installer.repair(verified, how);
    },
    partials: () => listPartials(directories.partial),
  };
}

function installerOf({ settings, directories, net, limiter, store, models }: InstallsOptions): Installer {
  const { home, offline, hub, system } = settings;
  const { onlySource, mirrors, connections, transport } = settings.download;
  return createInstaller({
    home,
    offline,
    hub,
    net,
    store,
    catalog: models.catalog,
    groupsPath: groupsPath(),
    stateFolder: directories.state,
    pathOf: (written) => expandHome(written, system.userFolder),
    contextLength: minContextLength,
    download: {
      partialFolder: directories.partial,
      hub,
      mirrors,
      connections,
      transport,
      childEnvironment: system.fetcherEnvironment,
      maxBytesPerSecond: limiter,
      onlySource,
    },
  });
}
