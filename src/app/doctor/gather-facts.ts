import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isLuciError } from '../../base/errors.ts';
import { freeBytesAt } from '../../base/free-space.ts';
import { errnoOf, isNotFound } from '../../base/system-error.ts';
import { problemText } from '../../catalog/load-catalog.ts';
import type { Directories } from '../../config/directories.ts';
import type { Settings } from '../../config/settings.ts';
import type { MachineFacts } from '../../engine/machine.ts';
import type { Net } from '../../net/net.ts';
import { readRuntimes } from '../../store/runtime-list.ts';
import type { Store } from '../../store/store.ts';
import type { EnginePrograms } from '../engine-programs.ts';
import type { Models } from '../models.ts';
import { type DoctorFacts, diagnose, type Finding } from './diagnose.ts';

/** What of this machine luci can use, with a fix for each problem. Asks the hub for one answer unless offline. */
export type Doctor = (options?: { readonly signal?: AbortSignal }) => Promise<readonly Finding[]>;

/** What the facts are gathered from. */
export interface DoctorOptions {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  readonly store: Store;
  readonly machine: () => Promise<MachineFacts>;
  readonly programs: EnginePrograms;
  readonly models: Pick<Models, 'catalog'>;
}

/** The doctor of a home folder. */
export function createDoctor(options: DoctorOptions): Doctor {
  return async ({ signal } = {}) => diagnose(await gatherFacts(options, signal));
}

async function gatherFacts(options: DoctorOptions, signal: AbortSignal | undefined): Promise<DoctorFacts> {
  const { settings, directories, net, store, programs } = options;
  const [machine, models, freeDiskBytes, network, gpu, runtimes, llamafile] = await Promise.all([
    options.machine(),
    store.list(signal),
    freeBytesAt(settings.home),
    askHub(net, settings, signal),
    findGpu(),
    readRuntimes(directories.state),
    programs.find('llamafile'),
  ]);
  return {
    machine,
    nodeVersion: process.versions.node,
    gpu,
    gpuLibraries: runtimes.flatMap(({ kind }) => (kind === 'vulkan' || kind === 'cuda' ? [kind] : [])),
    llamaServer: (await programs.find('llama-server'))?.path,
    llamafile: llamafile && (llamafile.version ?? llamafile.path),
    python: runtimes.findLast(({ kind }) => kind === 'python')?.version,
    home: settings.home,
    configFolder: settings.configFolder,
    isHomeWritable: await isWritable(directories.state),
    freeDiskBytes,
    models: {
      count: models.length,
      bytes: models.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      broken: models.filter(({ problem, damaged }) => problem !== undefined && !damaged).map(({ name }) => name),
      damaged: models.filter(({ damaged }) => damaged).map(({ name }) => name),
    },
    catalogProblems: (await options.models.catalog()).problems.map(problemText),
    network,
  };
}
async function askHub(net: Net, { offline, hub, proxy }: Settings, signal: AbortSignal | undefined): Promise<DoctorFacts['network']> {
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
