import { throwIfAborted } from '../base/abort.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { ResolvedFile } from '../sources/http/resolved-file.ts';
import { type Address, createAddress } from './address.ts';
import { isExpired, WholeFileSent } from './answer.ts';
import { fetchByRanges } from './fetch-ranges.ts';
import { watchThroughput } from './min-throughput.ts';
import { fetchInOneStream } from './single-stream.ts';
import { requireSpace, type Transfer } from './transfer.ts';

/** All missing bytes of a file from one HTTP source, over as many connections as it allows. */

/** What came of one try. */
type Outcome =
  | { readonly kind: 'whole'; readonly resolved: ResolvedFile }
  | { readonly kind: 'no-address'; readonly error: unknown }
  /** The server sends the whole file in answer to a range. */
  | { readonly kind: 'ranges-ignored'; readonly resolved: ResolvedFile }
  /** The one stream was refused: its address is no longer accepted. */
  | { readonly kind: 'refused'; readonly resolved: ResolvedFile; readonly error: LuciError }
  /** The one stream ended early. */
  | { readonly kind: 'stream-broken'; readonly error: unknown }
  /** Not to be tried again here: connections for ranges have tried again themselves. */
  | { readonly kind: 'failed'; readonly error: unknown };

/** How one try fetches. */
interface Try {
  /** Whether the server may still be asked for ranges. */
  readonly asksForRanges: boolean;
  /** Whether the source is given up when next to nothing comes. */
  readonly isReplaceable: boolean;
}

/**
 * Fetches everything that is missing; returns what the source said of the file.
 * With `patientFromStart` false another source has the bytes too: one that cannot be reached at all fails at once instead of after all
 * retries, and so does one that sends next to nothing.
 */
export async function fetchOverHttp(
  transfer: Transfer,
  resolve: () => Promise<ResolvedFile>,
  { patientFromStart = true } = {},
): Promise<ResolvedFile> {
  const { file, signal, retries, retryPolicy } = transfer;
  const address = createAddress(file, resolve);
  const count = retryPolicy.count(signal);
  let asksForRanges = true;
  for (;;) {
    throwIfAborted(signal);
    const outcome = await fetchOnce(transfer, address, { asksForRanges, isReplaceable: !patientFromStart });
    switch (outcome.kind) {
      case 'whole':
        return outcome.resolved;
      case 'no-address':
        await count.waitBeforeRetry(outcome.error, { retries: triesFor(outcome.error, retries, patientFromStart) });
        break;
      case 'ranges-ignored':
        // They were promised, or the file changed: what is there belongs to nothing any more.
        asksForRanges = false;
        await transfer.restart();
        address.renew(outcome.resolved);
        break;
      case 'refused':
        address.renew(outcome.resolved);
        if (!count.mayRenewAddress()) throw new LuciError('SOURCE_DENIED', outcome.error.message, { details: { retryable: false } });
        break;
      case 'stream-broken':
        await count.waitBeforeRetry(outcome.error);
        break;
      case 'failed':
        throw outcome.error;
    }
  }
}

/** A machine that nobody reached is mostly one without a network: that is said after seconds, not after half a minute. */
function triesFor(error: unknown, retries: number, patientFromStart: boolean): number {
  const isOutOfReach = isLuciError(error, 'NETWORK_FAILED') && error.details.status === undefined;
  if (!isOutOfReach) return retries;
  return patientFromStart ? Math.min(2, retries) : 0;
}

async function fetchOnce(transfer: Transfer, address: Address, { asksForRanges, isReplaceable }: Try): Promise<Outcome> {
  const { file, progress } = transfer;
  let resolved: ResolvedFile;
  try {
    resolved = await address.current();
  } catch (error) {
    return { kind: 'no-address', error };
  }
  const totalBytes = file.sizeBytes ?? resolved.sizeBytes;
  progress.setTotal(totalBytes);
  const byRanges = resolved.acceptsRanges && asksForRanges && totalBytes !== undefined;
  if (await isComplete(transfer, { totalBytes, byRanges })) return { kind: 'whole', resolved };
  try {
    await fetchWatched(transfer, resolved, { isReplaceable, totalBytes }, (ends) =>
      byRanges ? fetchByRanges(transfer, address, { totalBytes, ends }) : fetchInOneStream(transfer, resolved, totalBytes, ends),
    );
    if (byRanges) requireAll(transfer, totalBytes);
    return { kind: 'whole', resolved };
  } catch (error) {
    return outcomeOf(error, transfer, { resolved, byRanges });
  }
}

/** What a failure means. Throws the reason of whoever stopped the transfer. */
async function outcomeOf(
  error: unknown,
  transfer: Transfer,
  { resolved, byRanges }: { readonly resolved: ResolvedFile; readonly byRanges: boolean },
): Promise<Outcome> {
  throwIfAborted(transfer.signal);
  if (transfer.whole.aborted) return { kind: 'whole', resolved };
  if (error instanceof WholeFileSent) return { kind: 'ranges-ignored', resolved };
  if (isLuciError(error, 'SOURCE_BROKEN') && error.details.wrongBytes === true) await transfer.restart();
  // Some that refuse each range have the whole; what came by ranges would be lost, so only where nothing did.
  if (byRanges && refusesRanges(error) && transfer.partial.have.bytes === 0) return { kind: 'ranges-ignored', resolved };
  if (byRanges) return { kind: 'failed', error };
  return isExpired(error) && isLuciError(error) ? { kind: 'refused', resolved, error } : { kind: 'stream-broken', error };
}

/** Whether a server answered as those do that cannot read a range. */
function refusesRanges(error: unknown): boolean {
  const status = isLuciError(error, 'NETWORK_FAILED') || isLuciError(error, 'SOURCE_DENIED') ? error.details.status : undefined;
  return status !== undefined && [400, 416, 501].includes(status);
}

/** Whether nothing is missing; makes sure that there is room for what is. */
async function isComplete(
  { partial }: Transfer,
  { totalBytes, byRanges }: { readonly totalBytes: number | undefined; readonly byRanges: boolean },
): Promise<boolean> {
  if (totalBytes === undefined) return false;
  const missingBytes = totalBytes - (byRanges ? partial.have.bytes : 0);
  if (byRanges && missingBytes <= 0) return true;
  await requireSpace(partial.dataPath, missingBytes);
  return false;
}

/** Runs `work` with a journal, until the disk is full, the whole is known to be right, the caller stops it or next to nothing comes. */
async function fetchWatched(
  transfer: Transfer,
  { url }: ResolvedFile,
  { isReplaceable, totalBytes }: { readonly isReplaceable: boolean; readonly totalBytes: number | undefined },
  work: (ends: AbortSignal) => Promise<void>,
): Promise<void> {
  const { signal, whole } = transfer;
  using watch = isReplaceable ? watchThroughput(transfer, new URL(url).host) : undefined;
  const causes = [whole, signal, watch?.signal].filter((cause) => cause !== undefined);
  await transfer.journaled(totalBytes, (full) => work(AbortSignal.any([full, ...causes])));
}

function requireAll({ partial, file }: Transfer, totalBytes: number): void {
  if (partial.have.front === totalBytes) return;
  throw new LuciError('SOURCE_BROKEN', `${file.name} ended at ${partial.have.front} of ${totalBytes} bytes`);
}
