import { copyFile, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as v from 'valibot';
import { renameOver } from '../base/atomic-file.ts';
import { LuciError } from '../base/errors.ts';
import { hashFile } from '../base/hash-file.ts';
import { lock } from '../base/lock.ts';
import { makeFolder } from '../base/make-folder.ts';
import { sha256Pattern } from '../base/sha256.ts';
import { diskError, isNotFound } from '../base/system-error.ts';
import type { Net } from '../net/net.ts';
import { changeRuntimes, type Runtime } from '../store/runtime-list.ts';
import { packNpm, unpackPackage } from './npm.ts';

/**
 * Python for `luci test`, an optional part: Pyodide, which is CPython in WebAssembly. Fetched with npm or brought along; the package and
 * each of its files are held to pinned digests, so what runs is what was looked at, whatever registry it came from.
 */

/** The one release that is taken. */
export interface PythonRelease {
  readonly version: string;
  /** Its name in the registry. */
  readonly package: string;
  /** Of the package as it is fetched. */
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The files of it that are kept. */
  readonly files: readonly { readonly name: string; readonly sizeBytes: number; readonly sha256: string }[];
}

const digest = v.pipe(v.string(), v.regex(sha256Pattern));
const catalogSchema = v.object({
  python: v.object({
    version: v.string(),
    package: v.string(),
    sizeBytes: v.number(),
    sha256: digest,
    files: v.array(v.object({ name: v.pipe(v.string(), v.regex(/^[\w.-]+$/)), sizeBytes: v.number(), sha256: digest })),
  }),
});

/** The release of the package's `catalog/runtimes.json`. */
export async function readPythonRelease(catalogPath: string): Promise<PythonRelease> {
  return v.parse(catalogSchema, JSON.parse(await readFile(catalogPath, 'utf8'))).python;
}

/** What is added. */
export interface AddPythonOptions {
  /** An unpacked package or its `.tgz`, in place of fetching one. It is copied. */
  readonly path?: string;
  readonly signal?: AbortSignal;
}

/** What Python is added with. */
export interface PythonTools {
  readonly net: Net;
  readonly stateFolder: string;
  readonly runtimesFolder: string;
  /** The package's `catalog/runtimes.json`. */
  readonly catalogPath: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Puts Python into `runtimes/python-<version>`, all of it or nothing, and remembers it. */
export async function addPython(tools: PythonTools, { path, signal }: AddPythonOptions = {}): Promise<Runtime> {
  const { stateFolder, runtimesFolder, catalogPath } = tools;
  const release = await readPythonRelease(catalogPath);
  const stop = { signal };
  await using _held = await lock(join(stateFolder, 'python.lock'), stop);
  const target = join(runtimesFolder, `python-${release.version}`);
  const work = join(runtimesFolder, '.python-new');
  const files = join(work, 'files');
  try {
    await rm(work, { recursive: true, force: true });
    await makeFolder(files);
    const source = await sourceFolder(tools, release, work, { path, ...stop });
    for (const { name } of release.files) await copyFile(join(source, name), join(files, name)).catch(missing(source, name));
    await requireDigests(files, release, signal);
    await rm(target, { recursive: true, force: true });
    await renameOver(files, target);
  } catch (error) {
    throw diskError(error, target, 'put Python into its folder');
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const runtime: Runtime = { kind: 'python', version: release.version, path: target, isOurs: true };
  await changeRuntimes(stateFolder, (runtimes) => [...runtimes.filter(({ path: other }) => other !== target), runtime]);
  return runtime;
}

/** A folder that holds the package's files: the one that was named, or one unpacked into `work`. */
async function sourceFolder(
  { net, environment }: PythonTools,
  release: PythonRelease,
  work: string,
  { path, signal }: AddPythonOptions,
): Promise<string> {
  const stop = { signal };
  const name = `${release.package}@${release.version}`;
  const archive = join(work, 'package.tgz');
  if (path === undefined) {
    await rename(await packNpm(net, name, { folder: work, environment, ...stop }), archive);
  } else {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) return path;
    if (!found) throw new LuciError('NOT_FOUND', `There is no ${path}.`, { hint: 'luci runtime add python --path FOLDER' });
    await copyFile(path, archive);
  }
  if ((await hashFile(archive, stop)) !== release.sha256) throw mismatch(path ?? `What npm fetched for ${name}`, release);
  const members = release.files.map((file) => file.name);
  return unpackPackage(archive, members, { environment, ...stop });
}

/** Whether the files are still what was pinned; DIGEST_MISMATCH or NOT_FOUND when not. Looked at before each run of tests: 14 MB. */
export async function requirePython(folder: string, catalogPath: string, signal?: AbortSignal): Promise<void> {
  await requireDigests(folder, await readPythonRelease(catalogPath), signal);
}

async function requireDigests(folder: string, release: PythonRelease, signal: AbortSignal | undefined): Promise<void> {
  for (const { name, sha256 } of release.files) {
    const path = join(folder, name);
    if (!(await stat(path).catch(missing(folder, name))).isFile()) throw missingFile(folder, name);
    if ((await hashFile(path, { signal })) !== sha256) throw mismatch(path, release);
  }
}

/**
 * Deletes a folder of Python that luci made: the files it knows, then the folder if nothing else is in it. Elsewhere it deletes
 * nothing: the list of runtimes can be changed by hand.
 */
export async function deletePython(path: string, { runtimesFolder, catalogPath }: PythonTools): Promise<void> {
  if (dirname(path) !== runtimesFolder || !/^python-[\w.]+$/.test(basename(path))) return;
  const { files } = await readPythonRelease(catalogPath);
  const own = new Set(files.map(({ name }) => name));
  // Beside the package's files there is the image of Python's memory.
  for (const name of await readdir(path).catch(() => []))
    if (own.has(name) || /^memory-.*\.bin$/.test(name)) await rm(join(path, name), { force: true });
  await rmdir(path).catch(() => undefined);
}

function missing(folder: string, name: string) {
  return (error: unknown): never => {
    throw isNotFound(error) ? missingFile(folder, name) : error;
  };
}

function missingFile(folder: string, name: string): LuciError {
  return new LuciError('NOT_FOUND', `There is no ${name} in ${folder}.`, { hint: 'luci runtime add python' });
}

function mismatch(what: string, { package: name, version }: PythonRelease): LuciError {
  return new LuciError('DIGEST_MISMATCH', `${what} is not what is pinned for ${name} ${version}.`, { hint: 'luci runtime add python' });
}
