import type { Hash } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { abortError, sleep, throwIfAborted } from '../base/abort.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { ModelFile } from '../base/model.ts';
import { formatBytes } from '../base/units.ts';
import type { ResolvedFile } from '../hub/resolved-file.ts';
import { retryAfterMs } from '../hub/retry-after.ts';
import type { Net, NetResponse } from '../net/net.ts';
import type { Partial } from './partial.ts';
import type { ProgressReporter } from './progress.ts';

/** One stream of bytes from an HTTP source into the partial file, continued where it broke off. */

const saveEveryMs = 1000;
const reserveBytes = 64 * 1024 ** 2;
const headBytes = 4 * 1024 ** 2;

/** What a transfer works with. `position` is where the next byte goes; everything before is hashed. */
export interface Transfer {
  readonly net: Net;
  readonly file: ModelFile;
  readonly partial: Partial;
  readonly progress: ProgressReporter;
  readonly signal: AbortSignal | undefined;
  readonly retries: number;
  readonly retryPauseMs: number;
  /** Looks at the first bytes; throws when they are no model. Returns false when it wants more. */
  readonly checkHead: (prefix: Uint8Array, totalBytes: number | undefined) => Promise<boolean>;
  position: number;
  hash: Hash;
  /** Validator of the bytes at hand. */
  etag: string | undefined;
  readonly restart: () => Promise<void>;
}

/**
 * Fetches everything that is missing; returns what the source said of the file.
 * With `patientFromStart` false a source that cannot be reached at all fails at once instead of after all retries.
 */
export async function fetchOverHttp(
  transfer: Transfer,
  resolve: () => Promise<ResolvedFile>,
  { patientFromStart = true } = {},
): Promise<ResolvedFile> {
  const { progress, signal, retries, retryPauseMs } = transfer;
  let failures = 0;
  let refused = 0;
  let resolved: ResolvedFile | undefined;
  for (;;) {
    throwIfAborted(signal);
    const before = transfer.position;
    try {
      resolved ??= await resolve();
      checkPin(transfer.file, resolved);
      const totalBytes = transfer.file.sizeBytes ?? resolved.sizeBytes;
      progress.setTotal(totalBytes);
      if (totalBytes !== undefined && transfer.position >= totalBytes) return resolved;
      if (totalBytes !== undefined) await requireSpace(transfer.partial.dataPath, totalBytes - transfer.position);
      await stream(transfer, resolved, totalBytes);
      return resolved;
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      if (!isLuciError(error, 'NETWORK_FAILED') || error.details['retryable'] === false) throw error;
      if (transfer.position > before) {
        failures = 0;
        refused = 0;
      }
      // A signed address that expired is asked for anew; a second refusal of a fresh one is an answer.
      if (error.details['expired'] === true) {
        resolved = undefined;
        refused += 1;
        if (refused > 1) throw new LuciError('SOURCE_DENIED', error.message, { details: { retryable: false } });
        continue;
      }
      failures += 1;
      const isOutOfReach = resolved === undefined && error.details['status'] === undefined;
      // A machine that nobody reached is mostly one without a network: that is said after seconds, not after half a minute.
      if (failures > (isOutOfReach ? Math.min(2, retries) : retries) || (isOutOfReach && !patientFromStart)) throw error;
      const asked = error.details['retryAfterMs'];
      const waitMs = typeof asked === 'number' ? Math.min(asked, 300_000) : retryPauseMs * 2 ** (failures - 1);
      progress.report('waiting', transfer.position, { waitMs, reason: error.message });
      await sleep(waitMs, signal);
    }
  }
}

/** What the hub says of the file must be what the catalogue pins, before the first byte. */
function checkPin(file: ModelFile, resolved: ResolvedFile): void {
  const wrong = (what: string, expected: unknown, actual: unknown): LuciError =>
    new LuciError(
      'PIN_MISMATCH',
      `The hub now has other bytes for ${file.name}: ${what} ${String(actual)}, pinned is ${String(expected)}. Nothing was fetched.`,
      {
        details: { expected, actual },
      },
    );
  if (file.sha256 !== undefined && resolved.sha256 !== undefined && file.sha256 !== resolved.sha256)
    throw wrong('sha256', file.sha256, resolved.sha256);
  if (file.sizeBytes !== undefined && resolved.sizeBytes !== undefined && file.sizeBytes !== resolved.sizeBytes)
    throw wrong('size', file.sizeBytes, resolved.sizeBytes);
}

async function requireSpace(path: string, missingBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dirname(path));
  const freeBytes = bavail * bsize;
  const neededBytes = missingBytes + reserveBytes;
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

async function stream(transfer: Transfer, resolved: ResolvedFile, totalBytes: number | undefined): Promise<void> {
  const { net, file, partial, progress, signal } = transfer;
  const response = await net.request({
    url: resolved.url,
    purpose: 'download',
    headers: {
      ...resolved.headers,
      'Accept-Encoding': 'identity',
      ...(transfer.position > 0
        ? { Range: `bytes=${transfer.position}-${totalBytes === undefined ? '' : totalBytes - 1}`, ...ifRange(transfer, resolved) }
        : {}),
    },
    ...(signal ? { signal } : {}),
  });
  await acceptAnswer(transfer, response, totalBytes);
  transfer.etag = resolved.etag;
  let savedAt = performance.now();
  let head: Uint8Array | undefined = transfer.position === 0 ? new Uint8Array(0) : undefined;
  // Looked at again each time it has doubled: a header of megabytes is not read anew with every packet.
  let checkAtBytes = 1;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      if (totalBytes !== undefined && transfer.position + chunk.length > totalBytes) {
        throw new LuciError('SOURCE_BROKEN', `${new URL(resolved.url).host} sends more bytes than ${file.name} has`);
      }
      if (head) {
        head = Buffer.concat([head, chunk]);
        if (head.length >= checkAtBytes) {
          checkAtBytes = head.length * 2;
          if ((await transfer.checkHead(head, totalBytes)) || head.length > headBytes) head = undefined;
        }
      }
      await partial.write(chunk, transfer.position);
      transfer.hash.update(chunk);
      transfer.position += chunk.length;
      progress.report('downloading', transfer.position);
      if (performance.now() - savedAt > saveEveryMs) {
        await partial.save(transfer.position, resolved.etag);
        savedAt = performance.now();
      }
    }
  } catch (error) {
    if (error instanceof LuciError) throw error;
    if (signal?.aborted) throw abortError(signal);
    throw brokenOff(resolved);
  } finally {
    await partial.save(transfer.position, resolved.etag);
  }
  if (totalBytes !== undefined && transfer.position < totalBytes) throw brokenOff(resolved);
}

/**
 * Holds a continued transfer to the version it began with. A pinned file is held to its digest anyway, and sources have validators
 * of their own; without a pin the validator of the bytes at hand, also of those an earlier run left, is all there is.
 */
function ifRange({ file, etag }: Transfer, resolved: ResolvedFile): Record<string, string> {
  const validator = file.sha256 === undefined ? etag : resolved.etag;
  return validator ? { 'If-Range': validator } : {};
}

function brokenOff(resolved: ResolvedFile): LuciError {
  return new LuciError('NETWORK_FAILED', `${new URL(resolved.url).host}: the connection broke off`, { details: { retryable: true } });
}

/** Only the asked range may be written at its place; a whole file (200) starts over from the first byte. */
async function acceptAnswer(transfer: Transfer, response: NetResponse, totalBytes: number | undefined): Promise<void> {
  const { status, headers } = response;
  const refuse = (error: LuciError): never => {
    response.body.destroy();
    throw error;
  };
  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    refuse(new LuciError('NETWORK_FAILED', 'the server packs the file although it was asked not to', { details: { retryable: true } }));
  }
  if (status === 200) {
    if (transfer.position > 0) await transfer.restart();
    return;
  }
  if (status === 206) {
    const [, from, end, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
    const isAsked =
      Number(from) === transfer.position &&
      (totalBytes === undefined || total === '*' || Number(total) === totalBytes) &&
      Number(end) >= Number(from);
    if (isAsked) return;
    refuse(
      new LuciError(
        'SOURCE_BROKEN',
        `The server answers another range than the one asked for ${transfer.file.name}; nothing of it was written`,
      ),
    );
  }
  if (status === 416) {
    await transfer.restart();
    refuse(new LuciError('NETWORK_FAILED', 'the server refuses to continue; starting over', { details: { retryable: true } }));
  }
  const waitMs = retryAfterMs(headers, Date.now());
  const expired = status === 401 || status === 403;
  const isRetryable = expired || [408, 410, 412, 429, 500, 502, 503, 504].includes(status);
  refuse(
    new LuciError(isRetryable ? 'NETWORK_FAILED' : 'SOURCE_DENIED', `The download server answered ${status} for ${transfer.file.name}`, {
      details: { status, retryable: isRetryable, expired, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) },
    }),
  );
}
