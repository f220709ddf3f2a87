import { abortError } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import type { NetRequest } from '../net/net.ts';
import { UnsupportedResponse } from '../net/response-head.ts';
import type { ResolvedFile } from '../sources/http/resolved-file.ts';
import { type AskedRange, requireRange, requireRangeHead, requireUnpacked } from './answer.ts';
import type { Connection } from './connection.ts';
import { createPieceWriter } from './piece-writer.ts';
import type { Segment } from './segment-queue.ts';
import { brokenOff } from './single-stream.ts';
import type { Transfer } from './transfer.ts';

/** One segment over one connection. */

/** A segment, and what it takes to fetch it. */
export interface SegmentFetch {
  readonly transfer: Transfer;
  readonly resolved: ResolvedFile;
  readonly totalBytes: number;
  readonly connection: Connection;
  readonly segment: Segment;
  /** Ends the transfer. */
  readonly stopped: AbortSignal;
  /** Called when the first bytes turned out to be a model's. */
  readonly onHeader: () => void;
}

/** Fetches what is missing of the segment. Throws NETWORK_FAILED, SOURCE_*, the disk's errors, or what the connection's request was ended with. */
export async function fetchSegment(fetch: SegmentFetch): Promise<void> {
  const { transfer, resolved, connection, segment, stopped } = fetch;
  if (transfer.transport === 'socket') connection.range ??= await transfer.net.openRangeConnection(resolved.url);
  try {
    await (connection.range ? fetchRaw(fetch) : fetchStreamed(fetch));
  } catch (error) {
    // Something the raw reader does not know: node:http does it, for this connection from now on.
    if (!isUnsupported(error) || stopped.aborted) throw error;
    connection.range?.close();
    connection.range = undefined;
    await fetchStreamed(fetch);
  }
  if (segment.at < segment.to) throw brokenOff(new URL(resolved.url).host);
}

function isUnsupported(error: unknown): boolean {
  return error instanceof UnsupportedResponse;
}

function askedRange({ transfer, totalBytes, connection, segment }: SegmentFetch): AskedRange {
  return { from: connection.position, to: segment.to, totalBytes, fileName: transfer.file.name };
}

function requestOf({ transfer, resolved, connection, stopped }: SegmentFetch, { from, to }: AskedRange): NetRequest {
  return {
    url: resolved.url,
    purpose: 'download',
    headers: {
      ...resolved.headers,
      'Accept-Encoding': 'identity',
      Range: `bytes=${from}-${to - 1}`,
      'If-Range': validator(transfer, resolved),
    },
    idleTimeoutMs: transfer.silenceMs,
    signal: AbortSignal.any([stopped, connection.request.signal]),
  };
}

/**
 * Holds a continued transfer to the version it began with. A pinned file is held to its digest anyway, and sources have validators
 * of their own; without a pin the validator of the bytes at hand, also of those an earlier run left, is all there is.
 */
function validator({ file, etag, partial }: Transfer, resolved: ResolvedFile): string | undefined {
  return file.sha256 === undefined && partial.have.bytes > 0 ? etag : resolved.etag;
}

/** Bytes that came, and their place in the file. */
interface Claim {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/**
 * Takes note of bytes that came; returns those of them that nobody else had taken, which must then be written. Each byte of a file is
 * written once, whoever else fetches it: what is hashed already must not change.
 */
async function claim({ transfer, totalBytes, connection, segment, stopped, onHeader }: SegmentFetch, piece: Uint8Array): Promise<Claim> {
  const { limiter, header } = transfer;
  await limiter.take(piece.length, stopped);
  const start = connection.position;
  connection.position = Math.min(segment.to, start + piece.length);
  connection.throughput.add(piece.length);
  // Another connection may be ahead, or have taken the second half meanwhile.
  const at = Math.max(start, segment.at);
  const bytes = piece.subarray(at - start, Math.max(at, connection.position) - start);
  segment.at = at + bytes.length;
  const wasRight = header.looksRight;
  await header.accept(bytes, at, totalBytes);
  transfer.receive(bytes.length);
  if (!wasRight && header.looksRight) onHeader();
  return { bytes, at };
}

/** Bytes go from the socket into buffers that are used again, and from there to the disk. */
async function fetchRaw(fetch: SegmentFetch): Promise<void> {
  const { transfer, resolved, connection, segment } = fetch;
  const asked = askedRange(fetch);
  const response = await connection.range?.fetch(requestOf(fetch, asked), {
    onHead(head) {
      requireUnpacked(head);
      requireRangeHead(head, asked);
      transfer.etag = resolved.etag;
    },
    async onPiece(piece) {
      const { bytes, at } = await claim(fetch, piece);
      if (bytes.length > 0) await transfer.write([bytes], at);
      // One that was cut short in the meantime is not read to its end.
      return segment.at < segment.to || segment.to === asked.to;
    },
  });
  if (response && response.status !== 206) await requireRange(response, asked);
}

/** The same by node:http, for proxies and for servers that answer in unusual ways. */
async function fetchStreamed(fetch: SegmentFetch): Promise<void> {
  const { transfer, resolved, connection, segment, stopped } = fetch;
  const { host } = new URL(resolved.url);
  const asked = askedRange(fetch);
  const response = await transfer.net.request(requestOf(fetch, asked));
  await requireRange(response, asked);
  transfer.etag = resolved.etag;
  const writer = createPieceWriter(transfer, asked.from);
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      if (chunk.length > asked.to - connection.position)
        throw new LuciError('SOURCE_BROKEN', `${host} sends more bytes than were asked for`);
      const { bytes, at } = await claim(fetch, chunk);
      if (bytes.length > 0) await writer.push(bytes, at);
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
