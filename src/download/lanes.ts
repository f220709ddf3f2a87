import { setMaxListeners } from 'node:events';
import { abortError } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import type { NetRequest, RangeConnection } from '../net/net.ts';
import type { ResolvedFile } from '../sources/hub/resolved-file.ts';
import type { Address } from './address.ts';
import { type AskedRange, asksForLess, isExpired, requireRange, requireRangeHead, requireUnpacked } from './answer.ts';
import { createPieceWriter } from './piece-writer.ts';
import { createSegmentQueue, type Segment } from './segment-queue.ts';
import { brokenOff } from './single-stream.ts';
import type { Transfer } from './transfer.ts';

/** Several connections that fetch a file's segments in order. */

const segmentBytes = 16 * 1024 ** 2;
const paceEveryMs = 500;
const paceWindow = 8;
/** A lane slower than this, and than an eighth of the best, is connected anew. */
const slowBytesPerSecond = 256_000;
const raiseAfterMs = 30_000;
const lessWithinMs = 10_000;
/** Of a limited rate each connection has at least so much: more of them would only wait for each other. */
const leastShareBytesPerSecond = 128_000;

interface Lane {
  /** Bytes received in each of the last windows of {@link paceEveryMs}. */
  readonly pace: number[];
  bytesNow: number;
  request: AbortController | undefined;
  /** Its connection, where it reads from raw sockets. */
  raw: RangeConnection | undefined;
  isRetired: boolean;
}

/** Fetches everything that is missing. Throws the first failure that no patience helps with, after all lanes have written what they had. */
export async function fetchByLanes(transfer: Transfer, address: Address, totalBytes: number, full: AbortSignal): Promise<void> {
  const { partial, signal, head } = transfer;
  const queue = createSegmentQueue(partial.have.missing(totalBytes), segmentBytes);
  const failed = new AbortController();
  const stopped = AbortSignal.any([failed.signal, full, transfer.whole, ...(signal ? [signal] : [])]);
  setMaxListeners(0, stopped); // Sixteen lanes that wait are no leak.
  const lanes = new Map<Lane, Promise<void>>();
  const { bytesPerSecond: limit = Number.POSITIVE_INFINITY } = transfer.limiter;
  const connections = Math.max(1, Math.min(transfer.connections, Math.floor(limit / leastShareBytesPerSecond)));
  let most = connections;
  let lastChangeMs = performance.now();
  let lastLessMs = Number.NEGATIVE_INFINITY;

  const startLanes = (): void => {
    // Until the first bytes are known to be a model's, one lane is enough.
    const wanted = head.looksRight ? most : 1;
    while (lanes.size < wanted) {
      const lane: Lane = { pace: [], bytesNow: 0, request: undefined, raw: undefined, isRetired: false };
      const segment = queue.take();
      if (!segment) return;
      const run = runLane(lane, segment)
        .catch((error: unknown) => failed.abort(error))
        .finally(() => {
          lanes.delete(lane);
          lane.raw?.close();
        });
      lanes.set(lane, run);
    }
  };

  async function runLane(lane: Lane, first: Segment): Promise<void> {
    // Who waits for its next try leaves at once when another lane has failed for good.
    const patience = transfer.patience(stopped);
    let refusals = 0;
    const isTooSlow = (): boolean => lane.request?.signal.reason === tooSlow;
    for (let segment: Segment | undefined = first; segment; segment = lane.isRetired ? undefined : queue.take()) {
      let used: ResolvedFile | undefined;
      const before = segment.at;
      lane.request = undefined; // Why an earlier one ended says nothing of this one.
      try {
        used = await address.current();
        await fetchSegment(lane, segment, used);
        queue.finish(segment);
        refusals = 0;
      } catch (error) {
        if (segment.at > before) refusals = 0;
        queue.giveBack(segment, segment.at);
        if (stopped.aborted) throw abortError(stopped);
        if (isTooSlow()) continue;
        if (used && isExpired(error)) {
          address.renew(used);
          refusals += 1;
          if (refusals < 2) continue;
          // A fresh address is refused as well: less at once is wanted, or nothing at all.
          if (lanes.size > 1) return retire(lane);
          throw new LuciError('SOURCE_DENIED', (error as LuciError).message, { details: { retryable: false } });
        }
        if (asksForLess(error) && lanes.size > 1) {
          const isSecond = performance.now() - lastLessMs < lessWithinMs;
          lastLessMs = performance.now();
          if (isSecond) return retire(lane);
        }
        await patience.afterFailure(error);
      }
    }
  }

  function retire(lane: Lane): void {
    lane.isRetired = true;
    most = Math.max(1, Math.min(most, lanes.size) - 1);
    lastChangeMs = performance.now();
  }

  async function fetchSegment(lane: Lane, segment: Segment, resolved: ResolvedFile): Promise<void> {
    const { net, file } = transfer;
    const asked = { from: segment.at, to: segment.to, totalBytes, fileName: file.name };
    lane.request = new AbortController();
    const request: NetRequest = {
      url: resolved.url,
      purpose: 'download',
      headers: {
        ...resolved.headers,
        'Accept-Encoding': 'identity',
        Range: `bytes=${asked.from}-${asked.to - 1}`,
        ...validator(transfer, resolved),
      },
      idleTimeoutMs: transfer.silenceMs,
      signal: AbortSignal.any([stopped, lane.request.signal]),
    };
    if (transfer.transport === 'socket') lane.raw ??= await net.openRangeConnection(resolved.url);
    try {
      if (lane.raw) await fetchRaw(lane, lane.raw, segment, request, asked, resolved);
      else await fetchStreamed(lane, segment, request, asked, resolved);
    } catch (error) {
      // Something the raw reader does not know: node:http does it, for this lane from now on.
      if (!(error instanceof Error) || error.name !== 'UnsupportedResponse' || stopped.aborted) throw error;
      lane.raw?.close();
      lane.raw = undefined;
      await fetchStreamed(
        lane,
        segment,
        { ...request, headers: { ...request.headers, Range: `bytes=${segment.at}-${segment.to - 1}` } },
        { ...asked, from: segment.at, to: segment.to },
        resolved,
      );
    }
    if (segment.at < segment.to) throw brokenOff(new URL(resolved.url).host);
  }

  /** Takes note of bytes that came for a segment; returns those of them that are still wanted. */
  async function take(lane: Lane, segment: Segment, piece: Uint8Array): Promise<Uint8Array> {
    await transfer.limiter.take(piece.length, stopped);
    // Another lane may have taken the second half meanwhile.
    const room = segment.to - segment.at;
    const wanted = piece.length > room ? piece.subarray(0, room) : piece;
    await head.accept(wanted, segment.at, totalBytes);
    segment.at += wanted.length;
    lane.bytesNow += wanted.length;
    transfer.receive(wanted.length);
    if (lanes.size < most) startLanes();
    return wanted;
  }

  /** Bytes go from the socket into buffers that are used again, and from there to the disk. */
  async function fetchRaw(
    lane: Lane,
    raw: RangeConnection,
    segment: Segment,
    request: NetRequest,
    asked: AskedRange,
    resolved: ResolvedFile,
  ): Promise<void> {
    const response = await raw.fetch(request, {
      onHead(answer) {
        requireUnpacked(answer);
        requireRangeHead(answer, asked);
        transfer.etag = resolved.etag;
      },
      async onPiece(piece) {
        const position = segment.at;
        await transfer.write([await take(lane, segment, piece)], position);
        return segment.at < segment.to || segment.to === asked.to;
      },
    });
    if (response.status !== 206) await requireRange(response, asked);
  }

  /** The same by node:http, for proxies and for servers that answer in unusual ways. */
  async function fetchStreamed(
    lane: Lane,
    segment: Segment,
    request: NetRequest,
    asked: AskedRange,
    resolved: ResolvedFile,
  ): Promise<void> {
    const { host } = new URL(resolved.url);
    const response = await transfer.net.request(request);
    await requireRange(response, asked);
    transfer.etag = resolved.etag;
    const writer = createPieceWriter(transfer, segment.at);
    try {
      for await (const chunk of response.body as AsyncIterable<Buffer>) {
        if (chunk.length > asked.to - segment.at) throw new LuciError('SOURCE_BROKEN', `${host} sends more bytes than were asked for`);
        await writer.push(await take(lane, segment, chunk));
        if (segment.at >= segment.to && segment.to < asked.to) break;
      }
    } catch (error) {
      if (error instanceof LuciError) throw error;
      if (stopped.aborted) throw abortError(stopped);
      throw brokenOff(host, error);
    } finally {
      await writer.flush();
    }
  }

  /** Connects lanes anew that are far behind the others, and brings retired ones back after a while without trouble. */
  const watch = setInterval(() => {
    for (const lane of lanes.keys()) {
      lane.pace.push(lane.bytesNow);
      lane.bytesNow = 0;
      if (lane.pace.length > paceWindow) lane.pace.shift();
    }
    const rates = [...lanes.keys()].map(({ pace }) => (pace.reduce((sum, bytes) => sum + bytes, 0) * 1000) / (paceWindow * paceEveryMs));
    const best = Math.max(0, ...rates);
    for (const [index, lane] of [...lanes.keys()].entries()) {
      const rate = rates[index] ?? 0;
      // Where the rate is limited, a lane without bytes waits for its turn.
      if (limit < Number.POSITIVE_INFINITY || lane.pace.length < paceWindow || rate >= best / 8 || rate >= slowBytesPerSecond) continue;
      lane.pace.length = 0;
      lane.request?.abort(tooSlow);
    }
    if (most < connections && performance.now() - lastChangeMs > raiseAfterMs) {
      most += 1;
      lastChangeMs = performance.now();
    }
    startLanes();
  }, paceEveryMs);

  try {
    startLanes();
    while (lanes.size > 0) {
      await Promise.race(lanes.values());
      // A lane may give back its segment in the moment in which the last other one found nothing more to do.
      if (lanes.size === 0 && !stopped.aborted) startLanes();
    }
  } finally {
    clearInterval(watch);
  }
  if (failed.signal.aborted) throw failed.signal.reason;
  if (stopped.aborted) throw abortError(stopped);
}

const tooSlow = new LuciError('NETWORK_FAILED', 'the connection is far slower than the others', { details: { retryable: true } });

/**
 * Holds a continued transfer to the version it began with. A pinned file is held to its digest anyway, and sources have validators
 * of their own; without a pin the validator of the bytes at hand, also of those an earlier run left, is all there is.
 */
function validator({ file, etag, partial }: Transfer, resolved: ResolvedFile): Record<string, string> {
  const wanted = file.sha256 === undefined && partial.have.bytes > 0 ? etag : resolved.etag;
  return wanted ? { 'If-Range': wanted } : {};
}
