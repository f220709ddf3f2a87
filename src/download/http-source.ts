import { abortError, throwIfAborted } from '../base/abort.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { ResolvedFile } from '../sources/hub/resolved-file.ts';
import { createAddress } from './address.ts';
import { isExpired, WholeFileSent } from './answer.ts';
import { fetchByLanes } from './lanes.ts';
import { fetchInOneStream } from './single-stream.ts';
import { requireSpace, type Transfer } from './transfer.ts';

/** All missing bytes of a file from one HTTP source, in as many lanes as it allows. */

/**
 * Fetches everything that is missing; returns what the source said of the file.
 * With `patientFromStart` false a source that cannot be reached at all fails at once instead of after all retries.
 */
export async function fetchOverHttp(
  transfer: Transfer,
  resolve: () => Promise<ResolvedFile>,
  { patientFromStart = true } = {},
): Promise<ResolvedFile> {
  const { file, partial, progress, signal, retries } = transfer;
  const address = createAddress(file, resolve);
  const patience = transfer.patience();
  let ignoresRanges = false;
  let refusals = 0;
  for (;;) {
    throwIfAborted(signal);
    const resolved = await address.current().catch(async (error: unknown) => {
      const isOutOfReach = isLuciError(error, 'NETWORK_FAILED') && error.details.status === undefined;
      // A machine that nobody reached is mostly one without a network: that is said after seconds, not after half a minute.
      const tries = isOutOfReach ? (patientFromStart ? Math.min(2, retries) : 0) : retries;
      await patience.afterFailure(error, { retries: tries });
      return undefined;
    });
    if (!resolved) continue;
    const totalBytes = file.sizeBytes ?? resolved.sizeBytes;
    progress.setTotal(totalBytes);
    const inLanes = resolved.acceptsRanges && totalBytes !== undefined && !ignoresRanges;
    if (totalBytes !== undefined) {
      const missingBytes = totalBytes - (inLanes ? partial.have.bytes : 0);
      if (missingBytes <= 0 && inLanes) return resolved;
      await requireSpace(partial.dataPath, missingBytes);
    }
    try {
      await transfer.journaled(totalBytes, (full) =>
        inLanes ? fetchByLanes(transfer, address, totalBytes, full) : fetchInOneStream(transfer, resolved, totalBytes, full),
      );
      if (inLanes && partial.have.front !== totalBytes)
        throw new Error(`${file.name} ended at ${partial.have.front} of ${totalBytes} bytes`);
      return resolved;
    } catch (error) {
      if (signal?.aborted) throw abortError(signal);
      if (transfer.whole.aborted) return resolved;
      if (error instanceof WholeFileSent) {
        // Ranges were refused although they were promised, or the file changed: what is there belongs to nothing any more.
        ignoresRanges = true;
        await transfer.restart();
        address.renew(resolved);
        continue;
      }
      if (isLuciError(error, 'SOURCE_BROKEN') && error.details.wrongBytes === true) await transfer.restart();
      // Lanes have tried again themselves.
      if (inLanes) throw error;
      if (isExpired(error)) {
        address.renew(resolved);
        refusals += 1;
        if (refusals > 1) throw new LuciError('SOURCE_DENIED', error.message, { details: { retryable: false } });
        continue;
      }
      await patience.afterFailure(error);
    }
  }
}
