import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { renameOver } from '../base/atomic-file.ts';
import { LuciError } from '../base/errors.ts';
import { makeFolder } from '../base/make-folder.ts';
import { diskError } from '../base/system-error.ts';
import type { Net } from '../net/net.ts';
import { changeRuntimes, type Runtime } from '../store/runtime-list.ts';
import { packNpm, unpackPackage } from './npm.ts';

/**
 * The embedded engine's libraries for graphics processors, an optional part: packages of the same release as the engine's own, put beside
 * it. Only those: whatever else is installed there stays as it is.
 */

/** The kinds there are. */
export type GpuKind = 'vulkan' | 'cuda';

/** What they are added with. */
export interface GpuTools {
  readonly net: Net;
  readonly stateFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of luci's own package, whose `node_modules` holds the engine. */
  readonly packageFolder: string;
}

const scope = '@node-llama-cpp';

/** Puts the library of a kind beside the engine. Throws ENGINE_UNSUPPORTED where there is none for this system. */
export async function addGpu(tools: GpuTools, kind: GpuKind, signal?: AbortSignal): Promise<Runtime> {
  const { net, environment, packageFolder, stateFolder } = tools;
  const { optionalDependencies } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const release = optionalDependencies[`${scope}/${platform}`];
  if (release === undefined || process.platform === 'darwin')
    throw new LuciError('ENGINE_UNSUPPORTED', `There is no ${kind} library for ${process.platform} ${process.arch}.`, {
      hint: 'luci doctor',
    });
  const home = join(packageFolder, 'node_modules', scope);
  const stop = { signal };
  // CUDA's library is too large for one package.
  for (const name of kind === 'cuda' ? [`${platform}-cuda`, `${platform}-cuda-ext`] : [`${platform}-vulkan`]) {
    const work = join(home, `.new-${name}`);
    try {
      await rm(work, { recursive: true, force: true });
      await makeFolder(work);
      const archive = await packNpm(net, `${scope}/${name}@${release}`, { folder: work, environment, ...stop });
      const unpacked = await unpackPackage(archive, [], { environment, ...stop });
      await rm(join(home, name), { recursive: true, force: true });
      await renameOver(unpacked, join(home, name));
    } catch (error) {
      throw diskError(error, home, 'put the library into its folder');
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  const runtime: Runtime = { kind, version: release, path: join(home, `${platform}-${kind}`), isOurs: true };
  await changeRuntimes(stateFolder, (runtimes) => [...runtimes.filter(({ path }) => path !== runtime.path), runtime]);
  return runtime;
}

/** Deletes a library that luci put there, and nothing else: the list of runtimes can be changed by hand. */
export async function deleteGpu(path: string): Promise<void> {
  if (basename(dirname(path)) !== scope || !/-(vulkan|cuda)$/.test(path)) return;
  await rm(path, { recursive: true, force: true });
  if (path.endsWith('-cuda')) await rm(`${path}-ext`, { recursive: true, force: true });
}
