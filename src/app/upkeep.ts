import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Tool } from '../agent/tool.ts';
import { builtInTools } from '../agent/tools/file-tools.ts';
import { openWorkspace } from '../agent/tools/workspace.ts';
import { isLuciError } from '../base/errors.ts';
import { errnoOf, isNotFound } from '../base/system-error.ts';
import { type Catalog, problemText } from '../catalog/load-catalog.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import { bytesOf, type Leftover, listLeftovers, removeLeftovers } from '../download/clean.ts';
import { listPartials } from '../download/partial.ts';
import type { MachineFacts } from '../engine/machine.ts';
import type { Net } from '../net/net.ts';
import { freeBytesAt } from '../store/free-space.ts';
import { readRuntimes } from '../store/runtime-list.ts';
import type { Store } from '../store/store.ts';
import { type DoctorFacts, diagnose, type Finding } from './doctor/diagnose.ts';
import type { ModelOpener } from './open-model.ts';

/** Looking after the machine and the home folder: the parts of `Luci` that run no model. */

/** What `clean` would delete. */
export interface Waste {
  readonly partials: readonly Leftover[];
  readonly partialBytes: number;
  readonly trashBytes: number;
  /** Names of the unfinished files, by key. */
  readonly fileNames: ReadonlyMap<string, string>;
}

/** See {@link Luci}. */
export interface Upkeep {
  /** What could be deleted without losing an installed model. */
  waste(): Promise<Waste>;
  /** Deletes unfinished downloads, and the trash where asked to; returns the bytes that became free. */
  clean(options?: { trash?: boolean }): Promise<number>;
  /** What of this machine luci can use, with a fix for each problem. Asks the hub for one answer unless offline. */
  doctor(options?: { signal?: AbortSignal }): Promise<readonly Finding[]>;
  freeDiskBytes(): Promise<number>;
  /** The built-in tools on a folder; what they overwrite or delete goes to luci's trash. */
  builtInTools(folder: string): Promise<readonly Tool[]>;
}

/** What the upkeep works with. */
export interface UpkeepOptions {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  readonly store: Store;
  readonly machine: () => Promise<MachineFacts>;
  readonly opener: Pick<ModelOpener, 'llamaServer' | 'llamafile'>;
  readonly catalog: () => Promise<Catalog>;
}

/** The upkeep of a home folder. */
export function createUpkeep({ settings, directories, net, store, machine, opener, catalog }: UpkeepOptions): Upkeep {
  const freeDiskBytes = (): Promise<number> => freeBytesAt(settings.home);
  return {
    freeDiskBytes,
    async waste() {
      const [leftovers, partials, trashBytes] = await Promise.all([
        listLeftovers(directories.partial),
        listPartials(directories.partial),
        bytesOf(directories.trash),
      ]);
      const partialBytes = leftovers.reduce((sum, { bytes }) => sum + bytes, 0);
      return { partials: leftovers, partialBytes, trashBytes, fileNames: new Map(partials.map(({ key, file }) => [key, file])) };
    },
    async clean({ trash = false } = {}) {
      const removed = await removeLeftovers(directories.partial, await listLeftovers(directories.partial));
      const trashBytes = trash ? await bytesOf(directories.trash) : 0;
      if (trash) await rm(directories.trash, { recursive: true, force: true });
      return removed.reduce((sum, { bytes }) => sum + bytes, trashBytes);
    },
    async doctor({ signal } = {}) {
      const [facts, models, diskBytes, network, gpu, runtimes] = await Promise.all([
        machine(),
        store.list(signal),
        freeDiskBytes(),
        askHub(net, settings, signal),
        findGpu(),
        readRuntimes(directories.state),
      ]);
      return diagnose({
        machine: facts,
        nodeVersion: process.versions.node,
        gpu,
        gpuLibraries: runtimes.flatMap(({ kind }) => (kind === 'vulkan' || kind === 'cuda' ? [kind] : [])),
        llamaServer: await opener.llamaServer(),
        llamafile: await opener.llamafile().then((found) => found && (found.version ?? found.path)),
        python: runtimes.findLast(({ kind }) => kind === 'python')?.version,
        home: settings.home,
        isHomeWritable: await isWritable(directories.state),
        freeDiskBytes: diskBytes,
        models: {
          count: models.length,
          bytes: models.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
          broken: models.filter(({ problem }) => problem !== undefined).map(({ name }) => name),
        },
        catalogProblems: (await catalog()).problems.map(problemText),
        network,
      });
    },
    async builtInTools(folder) {
      const workspace = await openWorkspace(folder, directories.trash);
      return builtInTools(workspace, async () => {
        const { platform, arch, release, physicalCores, totalMemoryBytes, freeMemoryBytes } = await machine();
        return {
          system: `${platform} ${release} ${arch}`,
          cpuCores: physicalCores,
          memoryTotalGB: Math.round(totalMemoryBytes / 1e8) / 10,
          memoryFreeGB: Math.round(freeMemoryBytes / 1e8) / 10,
          diskFreeGB: Math.round((await freeBytesAt(folder)) / 1e8) / 10,
        };
      });
    },
  };
}

async function askHub(net: Net, { offline, hub, proxy }: Settings, signal: AbortSignal | undefined) {
  if (offline) return { state: 'offline' } as const;
  const { host, protocol } = new URL(hub.endpoint);
  try {
    const { body } = await net.request({
      url: hub.endpoint,
      purpose: 'check',
      method: 'HEAD',
      connectTimeoutMs: 5000,
      idleTimeoutMs: 5000,
      signal,
    });
    body.destroy();
    return { state: 'reached', host, proxy: (protocol === 'https:' ? proxy.https : proxy.http) !== undefined } as const;
  } catch (error) {
    if (isLuciError(error, 'CONFIG_INVALID')) return { state: 'failed', host, reason: error.message } as const;
    if (!isLuciError(error, 'NETWORK_FAILED')) throw error;
    return { state: 'failed', host, reason: error.details.reason ?? error.message } as const;
  }
}

/** A graphics processor, by what its driver leaves on the disk; nothing is started. */
async function findGpu(): Promise<DoctorFacts['gpu']> {
  if (process.platform === 'darwin') return process.arch === 'arm64' ? { name: 'Metal', library: undefined } : undefined;
  if (process.platform !== 'linux') return undefined;
  const { existsSync } = await import('node:fs');
  if (existsSync('/proc/driver/nvidia/version')) return { name: 'NVIDIA driver', library: 'cuda' };
  if (existsSync('/dev/kfd')) return { name: 'AMD driver', library: 'vulkan' };
  return undefined;
}

/** Whether files can be made in a folder, or the folder itself where it is not there yet. Leaves nothing behind. */
async function isWritable(folder: string): Promise<boolean> {
  const { access, constants, writeFile } = await import('node:fs/promises');
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    await writeFile(probe, '');
    await rm(probe);
    return true;
  } catch (error) {
    if (!isNotFound(error) || dirname(folder) === folder) return false;
  }
  // Looking must not make the home: only whether its nearest folder would let it be made.
  for (let place = dirname(folder); ; place = dirname(place)) {
    try {
      await access(place, constants.W_OK);
      return (await stat(place)).isDirectory();
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || dirname(place) === place) return false;
    }
  }
}
