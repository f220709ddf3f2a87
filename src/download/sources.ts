import { throwIfAborted } from '../base/abort.ts';
import { debugLog } from '../base/debug-log.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { ModelFile, Source } from '../base/model.ts';
import { isChosen, kindOf } from '../sources/kinds.ts';
import { createCarrier } from './carrier.ts';
import type { DownloadOptions } from './download-file.ts';
import type { Transfer } from './transfer.ts';

/** The sources of a file, one after the other. */

/**
 * Fetches what is missing from the first source that has it; each goes on with the bytes of those before.
 * @returns which one it was, and its commit
 */
export async function fetchFromSources(
  transfer: Transfer,
  options: DownloadOptions,
): Promise<{ source: Source; revision: string | undefined }> {
  const { onlySource, onEvent, signal } = options;
  const { file, partial } = transfer;
  const sources = file.sources.filter((source) => isChosen(source, onlySource));
  // All of it came in an earlier run, which was ended before it could be verified.
  if (sources[0] && file.sha256 !== undefined && partial.have.front === file.sizeBytes) return { source: sources[0], revision: undefined };
  const failures: LuciError[] = [];
  const tries = sources.flatMap((source) =>
    kindOf(source)
      .places(source, options)
      .map((place) => ({ source, place })),
  );
  for (const [index, { source, place }] of tries.entries()) {
    throwIfAborted(signal);
    const news = { type: 'source', source, place: place.words } as const;
    const told = { file: file.name, kind: source.kind, place: place.words };
    try {
      debugLog('source', { ...told, order: `${index + 1}/${tries.length}`, state: 'trying' });
      onEvent?.({ ...news, state: 'trying' });
      const carrier = createCarrier(transfer, options, { hasOther: index < tries.length - 1 });
      const revision = await kindOf(source).fetch(source, place, carrier);
      debugLog('source', { ...told, state: 'taken', revision });
      return { source, revision };
    } catch (error) {
      if (!isOfSource(error)) throw error;
      failures.push(error);
      debugLog('source', { ...told, state: 'failed', code: error.code, why: reasonOf(error) });
      onEvent?.({ ...news, state: 'failed', reason: reasonOf(error) });
    }
  }
  throw allFailed(file, failures, onlySource);
}

function isOfSource(error: unknown): error is LuciError {
  return (
    isLuciError(error) &&
    ['NETWORK_FAILED', 'OFFLINE', 'SOURCE_DENIED', 'SOURCE_NOT_FOUND', 'SOURCE_BROKEN', 'PIN_MISMATCH'].includes(error.code)
  );
}

function reasonOf(error: LuciError): string {
  return (isLuciError(error, 'NETWORK_FAILED') ? error.details.reason : undefined) ?? error.message;
}

function allFailed(file: ModelFile, failures: readonly LuciError[], onlySource: Source['kind'] | undefined): LuciError {
  const [first] = failures;
  if (!first)
    return new LuciError('SOURCE_NOT_FOUND', `${file.name} has no source of the kind "${onlySource}".`, {
      hint: 'Run it without --source.',
    });
  if (failures.length === 1) return first;
  const reasons = failures.map((failure) => failure.message.replace(/\.$/, '')).join('; ');
  // What weighs most decides the exit status: other bytes than pinned before a network that is down, and that before what is not there.
  const { code, hint } =
    failures.find((failure) => failure.code === 'PIN_MISMATCH' || failure.code === 'SOURCE_BROKEN') ??
    failures.find((failure) => failure.code !== 'SOURCE_NOT_FOUND') ??
    first;
  return new LuciError(code, `No source gave ${file.name}: ${reasons}`, { hint, cause: first });
}
