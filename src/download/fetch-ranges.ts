import { setMaxListeners } from 'node:events';
import { abortError } from '../base/abort.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { ResolvedFile } from '../sources/http/resolved-file.ts';
import type { Address } from './address.ts';
import { asksForLess, isExpired } from './answer.ts';
import { assignSegment, type Connection, createConnection } from './connection.ts';
import { type ConnectionLimit, createConnectionLimit } from './connection-limit.ts';
import { fetchSegment } from './fetch-segment.ts';
import { createSegmentQueue, type Segment, type SegmentQueue } from './segment-queue.ts';
import { createSlowConnections, outrun, type SlowConnections, tooSlow } from './slow-connections.ts';
import type { Transfer } from './transfer.ts';

/** Several connections that fetch a file's segments in order. */

const segmentBytes = 16 * 1024 ** 2;
/** Segments that are smaller say nothing of a rate. */
const minRatedBytes = 256 * 1024;

/** What all connections of a fetch share. */
interface RangesFetch {
  readonly transfer: Transfer;
  readonly address: Address;
  readonly totalBytes: number;
  readonly queue: SegmentQueue;
  readonly limit: ConnectionLimit;
  readonly slow: SlowConnections;
  /** Aborted with the first failure that no try helps with. */
  readonly failed: AbortController;
  readonly stopped: AbortSignal;
  /** Connections at work, and what ends when they leave. */
  readonly running: Map<Connection, Promise<void>>;
}

/**
 * Fetches everything that is missing of a file of so many bytes; `ends` stops it.
 * Throws the first failure that no try helps with, after all connections have written what they had.
 */
export async function fetchByRanges(
  transfer: Transfer,
  address: Address,
  { totalBytes, ends }: { readonly totalBytes: number; readonly ends: AbortSignal },
): Promise<void> {
  const { partial, limiter, sampleMs } = transfer;
  const failed = new AbortController();
  const stopped = AbortSignal.any([failed.signal, ends]);
  setMaxListeners(0, stopped); // Sixteen connections that wait are no leak.
  const fetch: RangesFetch = {
    transfer,
    address,
    totalBytes,
    queue: createSegmentQueue(partial.have.missing(totalBytes), segmentBytes),
    limit: createConnectionLimit(transfer.connections, limiter.bytesPerSecond),
    slow: createSlowConnections(sampleMs),
    failed,
    stopped,
    running: new Map(),
  };
  const watch = setInterval(() => look(fetch), sampleMs);
  try {
    startConnections(fetch);
    while (fetch.running.size > 0) {
      await Promise.race(fetch.running.values());
      // One may give back its segment in the moment in which the last other one found nothing more to do.
      if (fetch.running.size === 0 && !stopped.aborted) startConnections(fetch);
    }
  } finally {
    clearInterval(watch);
  }
  if (failed.signal.aborted) throw failed.signal.reason;
  if (stopped.aborted) throw abortError(stopped);
}

function look(fetch: RangesFetch): void {
  const { transfer, slow, limit, running } = fetch;
  // Where the rate is limited, a connection without bytes waits for its turn.
  const isLimited = transfer.limiter.bytesPerSecond !== undefined;
  if (!isLimited) slow.look(running.keys());
  limit.recover();
  startConnections(fetch);
  // Where all are slow there may be one more, for a race.
  if (isLimited || running.size > limit.max || !slow.areAll(running.keys())) return;
  const segment = slow.worthRacing(running.keys());
  if (segment) start(fetch, { segment, races: true });
}

/** As many connections as may be and have something to do; until the first bytes are known to be a model's, one is enough. */
function startConnections(fetch: RangesFetch): void {
  const { transfer, limit, running } = fetch;
  const wanted = transfer.header.looksRight ? limit.max : 1;
  // Where all wait for their next try, a fresh one would only count from the beginning.
  if (running.size > 0 && [...running.keys()].every(({ segment }) => segment === undefined)) return;
  while (running.size < wanted) {
    const work = nextWork(fetch);
    if (!work) return;
    start(fetch, work);
  }
}

/** A segment to fetch, alone or in a race. */
interface Work {
  readonly segment: Segment;
  readonly races?: boolean;
}

function nextWork({ queue, slow, running, transfer }: RangesFetch): Work | undefined {
  const waiting = queue.next();
  if (waiting) return { segment: waiting };
  const raced = transfer.limiter.bytesPerSecond === undefined ? slow.worthRacing(running.keys()) : undefined;
  if (raced) return { segment: raced, races: true };
  const half = queue.split();
  return half && { segment: half };
}

function start(fetch: RangesFetch, work: Work): void {
  const { transfer, running, failed, stopped } = fetch;
  // Who waits for its next try leaves at once when another connection has failed for good.
  const connection = createConnection(transfer.retryPolicy.count(stopped));
  const run = runConnection(fetch, connection, work)
    .catch((error: unknown) => failed.abort(error))
    .finally(() => {
      running.delete(connection);
      connection.range?.close();
    });
  running.set(connection, run);
}

async function runConnection(fetch: RangesFetch, connection: Connection, first: Work): Promise<void> {
  for (let work: Work | undefined = first; work; work = mayStay(fetch, connection) ? nextWork(fetch) : undefined) {
    assignSegment(connection, work.segment, work);
    await fetchWork(fetch, connection, work.segment);
  }
}

function mayStay({ running, limit }: RangesFetch, { isRetired }: Connection): boolean {
  return !isRetired && [...running.keys()].filter((other) => !other.isRetired).length <= limit.max;
}

async function fetchWork(fetch: RangesFetch, connection: Connection, segment: Segment): Promise<void> {
  const { transfer, address, totalBytes, stopped, queue, slow } = fetch;
  const { position: startByte } = connection;
  const startedMs = performance.now();
  let resolved: ResolvedFile | undefined;
  try {
    resolved = await address.current();
    await fetchSegment({ transfer, resolved, totalBytes, connection, segment, stopped, onHeader: () => startConnections(fetch) });
    connection.segment = undefined;
    queue.finish(segment);
    for (const other of fetch.running.keys()) if (other.segment === segment) other.request.abort(outrun);
    connection.retries.noteProgress();
    const bytes = connection.position - startByte;
    if (bytes > minRatedBytes) slow.noteRate((bytes * 1000) / Math.max(1, performance.now() - startedMs));
  } catch (error) {
    if (connection.position > startByte) connection.retries.noteProgress();
    await recover(fetch, connection, { error, resolved, segment });
  }
}

/** What went wrong with a segment. */
interface Failure {
  readonly error: unknown;
  /** The address that was used; undefined where there was none. */
  readonly resolved: ResolvedFile | undefined;
  readonly segment: Segment;
}

/** Returns when the connection may go on, retired or not; throws what is final. */
async function recover(fetch: RangesFetch, connection: Connection, failure: Failure): Promise<void> {
  const { queue, running, stopped, slow, limit } = fetch;
  const { segment, error } = failure;
  const wasRacing = connection.race !== undefined;
  connection.segment = undefined;
  connection.race = undefined;
  connection.throughput.clear();
  const isWorkedAt = [...running.keys()].some((other) => other.segment === segment);
  if (!isWorkedAt) queue.giveBack(segment);
  if (stopped.aborted) throw abortError(stopped);
  if (isEnded(connection)) return;
  // The other one goes on: nothing is lost but the race.
  if (wasRacing && isWorkedAt && isOfSource(error)) {
    slow.noteLostRace();
    connection.isRetired = true;
    return;
  }
  const isRefused = failure.resolved !== undefined && isExpired(error);
  if (isRefused && renews(fetch, connection, failure)) return;
  // A fresh address is refused as well, or less at once is asked for.
  const isTooMany = running.size > 1 && (isRefused || (asksForLess(error) && limit.isAskedAgain()));
  if (isTooMany) {
    connection.isRetired = true;
    limit.lower(running.size);
  } else if (isRefused) throw new LuciError('SOURCE_DENIED', (error as LuciError).message, { details: { retryable: false } });
  else await connection.retries.waitBeforeRetry(error);
}

function renews({ address }: RangesFetch, { retries }: Connection, { resolved }: Failure): boolean {
  if (resolved) address.renew(resolved);
  return retries.mayRenewAddress();
}

/** Whether its request was ended to be made anew or left to another connection. */
function isEnded({ request }: Connection): boolean {
  return request.signal.reason === tooSlow || request.signal.reason === outrun;
}

function isOfSource(error: unknown): boolean {
  return isLuciError(error) && ['NETWORK_FAILED', 'SOURCE_DENIED', 'SOURCE_BROKEN'].includes(error.code);
}
