import { chmod, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { runProgram } from '../base/child-process.ts';
import { type EngineProgramKind, enginePrograms, startOf } from '../base/engine-programs.ts';
import { LuciError } from '../base/errors.ts';
import type { ModelFile } from '../base/model.ts';
import { sha256Pattern } from '../base/sha256.ts';
import { type DownloadOptions, downloadFile } from '../download/download-file.ts';
import { changeRuntimes, type Runtime, readRuntimes } from '../store/runtime-list.ts';
import { deleteGpu } from './gpu.ts';
import { deletePython, type PythonTools } from './python-part.ts';

/** Programs that run models: fetched as models are, with their digests, or ones the user has. */

/** A release that can be fetched. */
export interface RuntimeRelease {
  readonly version: string;
  readonly file: string;
  readonly urls: readonly string[];
  readonly sizeBytes?: number;
  /** Undefined where nobody vouches for the bytes. */
  readonly sha256?: string;
}

/** What can be fetched. */
export interface RuntimeCatalog {
  /** The release that `llamafile` without a version means. */
  readonly usual: string;
  readonly releases: readonly RuntimeRelease[];
}

/** What runtimes are installed with. */
export interface RuntimeTools extends PythonTools {
  readonly download: Omit<DownloadOptions, 'destinationPath' | 'onEvent' | 'signal' | 'onAbort'>;
}

const catalogSchema = v.object({
  llamafile: v.object({
    usual: v.string(),
    releases: v.array(
      v.object({
        version: v.string(),
        file: v.string(),
        urls: v.array(v.pipe(v.string(), v.url())),
        sizeBytes: v.optional(v.number()),
        sha256: v.optional(v.pipe(v.string(), v.regex(sha256Pattern))),
      }),
    ),
  }),
});

/** The releases of llamafile that are known. */
export async function readRuntimeCatalog(catalogPath: string): Promise<RuntimeCatalog> {
  const { llamafile } = v.parse(catalogSchema, JSON.parse(await readFile(catalogPath, 'utf8')));
  return llamafile as RuntimeCatalog;
}

/** Fetches a llamafile (default: the usual release) and makes it the one in use. */
export async function addLlamafile(
  tools: RuntimeTools,
  version: string | undefined,
  options: Pick<DownloadOptions, 'signal' | 'onAbort' | 'onEvent'> = {},
): Promise<Runtime & { readonly vouched: boolean }> {
  const { usual, releases } = await readRuntimeCatalog(tools.catalogPath);
  const release = releases.find((candidate) => candidate.version === (version ?? usual));
  if (!release)
    throw new LuciError('NOT_FOUND', `No llamafile ${version} is known.`, {
      hint: `luci runtime list\nluci runtime add llamafile --path FILE`,
    });
  const { file, sizeBytes, sha256, urls } = release;
  // Windows runs only what is named so.
  const name = process.platform === 'win32' ? `${file}.exe` : file;
  const wanted: ModelFile = {
    name,
    sources: urls.map((url) => ({ kind: 'url', url })),
    sizeBytes,
    sha256,
  };
  const done = await downloadFile(tools.net, wanted, { ...tools.download, ...options, destinationPath: join(tools.runtimesFolder, name) });
  await chmod(done.path, 0o755);
  const runtime: Runtime = { kind: 'llamafile', version: release.version, path: done.path, isOurs: true };
  await remember(tools, runtime);
  return { ...runtime, vouched: done.vouched };
}

/** Takes a program of the user's; asks it for its version, which also proves that it runs. */
export async function addProgram(tools: RuntimeTools, kind: EngineProgramKind, path: string): Promise<Runtime> {
  if (!(await stat(path).catch(() => undefined))?.isFile())
    throw new LuciError('NOT_FOUND', `There is no program ${path}.`, { hint: `luci runtime add ${kind} --path FILE` });
  const version = await versionOf(kind, path, tools.environment);
  const runtime: Runtime = { kind, path, isOurs: false, version };
  await remember(tools, runtime);
  return runtime;
}

/** What a program says to `--version`; ENGINE_UNSUPPORTED with its last words when it does not run here. */
export async function versionOf(
  kind: EngineProgramKind,
  path: string,
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const [file, args] = startOf(kind, path, ['--version']);
  const finished = await runProgram(file, args, { environment, signal: AbortSignal.timeout(60_000) }).catch((cause: unknown) => {
    throw cannotRun(kind, path, cause instanceof Error ? cause.message : String(cause), cause);
  });
  const words = `${finished.stdout}\n${finished.stderr}`;
  if (finished.exitCode !== 0) {
    const last = words.trim().split('\n').at(-1);
    throw cannotRun(kind, path, last || `exit ${finished.exitCode ?? finished.signalName}`);
  }
  return enginePrograms[kind].versionIn.exec(words)?.[1];
}

function cannotRun(kind: string, path: string, reason: string, cause?: unknown): LuciError {
  return new LuciError('ENGINE_UNSUPPORTED', `${path} does not run as a ${kind} here: ${reason}`, { cause, hint: 'luci doctor' });
}

/** Forgets runtimes of a kind, or one version of it; files that luci fetched are deleted. Returns what was removed. */
export async function removeRuntime(tools: RuntimeTools, kind: string, version: string | undefined): Promise<readonly Runtime[]> {
  const isMeant = (runtime: Runtime): boolean => runtime.kind === kind && (version === undefined || runtime.version === version);
  const meant = (await readRuntimes(tools.stateFolder)).filter(isMeant);
  await changeRuntimes(tools.stateFolder, (runtimes) => runtimes.filter((runtime) => !isMeant(runtime)));
  for (const { kind: own, path, isOurs } of meant) {
    if (own === 'python') await deletePython(path, tools);
    else if (own === 'vulkan' || own === 'cuda') await deleteGpu(path);
    else if (isOurs) await rm(path, { force: true });
  }
  return meant;
}

async function remember({ stateFolder }: RuntimeTools, runtime: Runtime): Promise<void> {
  await changeRuntimes(stateFolder, (runtimes) => [...runtimes.filter(({ path }) => path !== runtime.path), runtime]);
}
