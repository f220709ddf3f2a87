import { dirname } from 'node:path';
import type { EngineProgramKind } from '../base/engine-programs.ts';
import { dataPath } from '../base/parts.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import type { DownloadEvent } from '../download/download-event.ts';
import type { RateLimiter } from '../download/rate-limit.ts';
import {
  addLlamafile,
  addProgram,
  type RuntimeCatalog,
  type RuntimeTools,
  readRuntimeCatalog,
  removeRuntime,
} from '../install/add-runtime.ts';
import { addGpu, type GpuKind } from '../install/gpu.ts';
import { type AddPythonOptions, addPython, type PythonRelease, readPythonRelease, requirePython } from '../install/python-part.ts';
import type { Net } from '../net/net.ts';
import { type Runtime, readRuntimes } from '../store/runtime-list.ts';

/** `luci.runtimes`: programs that run models beside the embedded engine, and optional parts. */
export interface Runtimes {
  /** Those that were added, the newest last. */
  list(): Promise<readonly Runtime[]>;
  /** The llamafiles that can be fetched. */
  releases(): Promise<RuntimeCatalog>;
  /** Fetches a llamafile (default: the usual release). `vouched` is false where its digest was not known before. */
  addLlamafile(
    version?: string,
    options?: { readonly signal?: AbortSignal; readonly onAbort?: 'delete' | 'keep'; readonly onEvent?: (event: DownloadEvent) => void },
  ): Promise<Runtime & { readonly vouched: boolean }>;
  /** Takes a program that is already here. */
  addProgram(kind: EngineProgramKind, path: string): Promise<Runtime>;
  /** Fetches the embedded engine's library for a graphics processor, with npm. */
  addGpu(gpu: GpuKind, signal?: AbortSignal): Promise<Runtime>;
  /** Python for tests: fetched with npm, or copied from an unpacked package or its `.tgz`. Its files are held to pinned digests. */
  addPython(options?: AddPythonOptions): Promise<Runtime>;
  /** What {@link addPython} fetches. */
  pythonRelease(): Promise<PythonRelease>;
  /** Folder of Python, its files checked; undefined where it was not added. */
  pythonFolder(signal?: AbortSignal): Promise<string | undefined>;
  /** Forgets runtimes; files luci fetched are deleted. */
  remove(kind: string, version?: string): Promise<readonly Runtime[]>;
}

/** What runtimes are fetched with. */
export interface RuntimesOptions {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  /** The one of this luci. */
  readonly limiter: RateLimiter;
}

/** The runtimes of a home folder. */
export function createRuntimes({ settings, directories, net, limiter }: RuntimesOptions): Runtimes {
  const catalogPath = dataPath('catalog', 'runtimes.json');
  const { childEnvironment, fetcherEnvironment } = settings.system;
  const { connections, transport } = settings.download;
  const tools: RuntimeTools = {
    net,
    stateFolder: directories.state,
    runtimesFolder: directories.runtimes,
    catalogPath,
    environment: childEnvironment,
    download: {
      partialFolder: directories.partial,
      hub: settings.hub,
      connections,
      transport,
      childEnvironment: fetcherEnvironment,
      maxBytesPerSecond: limiter,
    },
  };
  return {
    list: () => readRuntimes(directories.state),
    releases: () => readRuntimeCatalog(catalogPath),
    addLlamafile: (version, options) => addLlamafile(tools, version, options),
    addProgram: (kind, path) => addProgram(tools, kind, path),
    addGpu: (gpu, signal) =>
      addGpu({ ...tools, environment: fetcherEnvironment, packageFolder: dirname(dirname(catalogPath)) }, gpu, signal),
    addPython: (options) => addPython({ ...tools, environment: fetcherEnvironment }, options),
    pythonRelease: () => readPythonRelease(catalogPath),
    async pythonFolder(signal) {
      const found = (await readRuntimes(directories.state)).findLast(({ kind }) => kind === 'python');
      if (found) await requirePython(found.path, catalogPath, signal);
      return found?.path;
    },
    remove: (kind, version) => removeRuntime(tools, kind, version),
  };
}
