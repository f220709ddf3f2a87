import { dirname } from 'node:path';
import { within } from '../base/abort.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { freeBytesAt } from '../base/free-space.ts';
import type { ModelFile } from '../base/model.ts';
import { formatBytes } from '../base/units.ts';
import type { Net } from '../net/net.ts';
import { createHasher, type Hasher } from './hasher.ts';
import { createHeaderCheck, type HeaderCheck } from './header-check.ts';
import type { Partial } from './partial.ts';
import type { ProgressReporter } from './progress.ts';
import type { RateLimiter } from './rate-limit.ts';
import { createRetryPolicy, type RetryPolicy } from './retry-policy.ts';

/** One file on its way to the disk: what all connections, and all sources tried one after the other, share. */

/** What a transfer is made with. */
export interface TransferOptions {
  readonly net: Net;
  readonly file: ModelFile;
  readonly partial: Partial;
  readonly progress: ProgressReporter;
  readonly limiter: RateLimiter;
  readonly signal: AbortSignal | undefined;
  readonly connections: number;
  /** How connections read: from raw sockets, or through node:http. */
  readonly transport: 'socket' | 'node';
  readonly retries: number;
  readonly retryPauseMs: number;
  readonly silenceMs: number;
  /** How often the rates of connections are looked at. */
  readonly sampleMs: number;
  /** Fires when the file is whole although not all of it was fetched. */
  readonly whole: AbortSignal;
  /** Whether Ctrl+C deletes what was fetched: then nothing is synced first, a slow disk would keep the user waiting. */
  readonly deletesOnCancel: boolean;
}

/** See {@link TransferOptions}. */
export interface Transfer extends TransferOptions {
  readonly hasher: Hasher;
  readonly header: HeaderCheck;
  /** Of everything that tries again for this file. */
  readonly retryPolicy: RetryPolicy;
  /** All bytes that came so far, those that had to come again included. */
  readonly receivedBytes: number;
  /** Validator of the bytes at hand. */
  etag: string | undefined;
  /** Counts bytes as they come; negative when some must come again. */
  receive(bytes: number): void;
  /** Writes what was received. */
  write(pieces: readonly Uint8Array[], position: number): Promise<void>;
  /** Begins anew: nothing of what is there may be used. */
  restart(): Promise<void>;
  /**
   * Saves the journal twice a second while `work` runs, and after it unless all `totalBytes` are there; ends the work when the disk
   * fills up.
   */
  journaled<T>(totalBytes: number | undefined, work: (full: AbortSignal) => Promise<T>): Promise<T>;
}

const saveEveryMs = 500;
/** How long Ctrl+C waits for a disk that syncs. */
const maxWaitMs = 300;
const lookEveryMs = 100;
/** How many looks before the end the last save begins. */
const nearEndTurns = 5;
const lookAtDiskEveryMs = 5000;
/** Left free on the disk. */
const reserveBytes = 64 * 1024 ** 2;

/** A transfer that goes on with what its partial has. */
export function createTransfer(options: TransferOptions): Transfer {
  const { partial, progress, signal, file } = options;
  const hasher = createHasher(partial.dataPath);
  hasher.advance(partial.have.front);
  // What is no model (a runtime) is known by its digest alone.
  const header = createHeaderCheck(file, partial.have.front > 0 || !/\.gguf$/i.test(file.name));
  let inHand = 0;
  let receivedBytes = 0;
  let maxReceived = partial.have.bytes;
  const retryPolicy = createRetryPolicy({
    retries: options.retries,
    retryPauseMs: options.retryPauseMs,
    receivedBytes: () => maxReceived,
    onWait: (waitMs, reason) => progress.report('waiting', partial.have.bytes, { waitMs, reason }),
  });
  const transfer: Transfer = {
    ...options,
    hasher,
    header,
    retryPolicy,
    get receivedBytes() {
      return receivedBytes;
    },
    etag: partial.etag,
    receive(bytes) {
      inHand += bytes;
      receivedBytes += Math.max(0, bytes);
      const received = partial.have.bytes + inHand;
      maxReceived = Math.max(maxReceived, received);
      if (bytes > 0) progress.report('downloading', received);
    },
    async write(pieces, position) {
      const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      await partial.write(pieces, position);
      inHand -= bytes;
      hasher.advance(partial.have.front);
    },
    async restart() {
      inHand = 0;
      await partial.clear();
      await hasher.restart();
      header.restart();
    },
    async journaled(totalBytes, work) {
      const full = new AbortController();
      const stop = keepJournal(transfer, totalBytes, (error) => full.abort(error));
      try {
        return await work(full.signal);
      } finally {
        const isGivenUp = options.deletesOnCancel && isLuciError(signal?.reason, 'CANCELLED');
        await (isGivenUp ? within(maxWaitMs, stop()) : stop());
        // A file that is whole is verified next: it needs no journal any more, and is synced while its hash is finished.
        if (!isGivenUp && partial.have.bytes > 0 && partial.have.front !== totalBytes) await partial.save(transfer.etag);
      }
    },
  };
  return transfer;
}

/** Saves in turns; a disk that syncs slowly is given nine times as long to work as to sync. */
function keepJournal(
  { partial, file, ...transfer }: Transfer,
  totalBytes: number | undefined,
  onFull: (error: unknown) => void,
): () => Promise<void> {
  let saving: Promise<void> = Promise.resolve();
  let nextAtMs = performance.now() + saveEveryMs;
  let lookAtMs = performance.now() + lookAtDiskEveryMs;
  let isBusy = false;
  let wasNearEnd = false;
  let bytesBefore = partial.have.bytes;
  const timer = setInterval(() => {
    const bytesATurn = partial.have.bytes - bytesBefore;
    bytesBefore = partial.have.bytes;
    // Shortly before the end once more, so that little is left to sync when the last byte is there.
    const isNearEnd = totalBytes !== undefined && totalBytes - bytesBefore < bytesATurn * nearEndTurns;
    if (isNearEnd && !wasNearEnd && !isBusy) {
      wasNearEnd = true;
      nextAtMs = 0;
    }
    if (isBusy || performance.now() < nextAtMs) return;
    isBusy = true;
    const startedMs = performance.now();
    saving = (async () => {
      if (startedMs > lookAtMs) {
        lookAtMs = startedMs + lookAtDiskEveryMs;
        await requireSpace(partial.dataPath, (file.sizeBytes ?? 0) - partial.have.bytes, reserveBytes / 4);
      }
      await partial.save(transfer.etag);
    })()
      .catch(onFull)
      .finally(() => {
        isBusy = false;
        nextAtMs = performance.now() + Math.max(saveEveryMs, 9 * (performance.now() - startedMs));
      });
  }, lookEveryMs);
  return async () => {
    clearInterval(timer);
    await saving;
  };
}

/** Throws DISK_FULL, naming both numbers, unless so many bytes and the reserve are free. */
export async function requireSpace(path: string, missingBytes: number, leftFreeBytes = reserveBytes): Promise<void> {
  const freeBytes = await freeBytesAt(dirname(path));
  const neededBytes = Math.max(0, missingBytes) + leftFreeBytes;
  if (freeBytes >= neededBytes) return;
  throw new LuciError(
    'DISK_FULL',
    `Needs ${formatBytes(missingBytes)} more on disk, ${formatBytes(freeBytes)} are free (${formatBytes(neededBytes - freeBytes)} short).`,
    {
      hint: 'luci clean\nluci --home /bigger/disk …',
      details: { freeBytes, neededBytes },
    },
  );
}
