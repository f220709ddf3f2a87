import { abortError } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import { describeConnectionError } from '../net/describe-connection-error.ts';
import type { ResolvedFile } from '../sources/http/resolved-file.ts';
import { requireUnpacked, statusError } from './answer.ts';
import { createPieceWriter } from './piece-writer.ts';
import type { Transfer } from './transfer.ts';

/** The whole file in one stream, from its first byte: all that can be done where a server does not know ranges. `ends` stops it. */
export async function fetchInOneStream(
  transfer: Transfer,
  resolved: ResolvedFile,
  totalBytes: number | undefined,
  ends: AbortSignal,
): Promise<void> {
  const { net, file, partial, limiter, header } = transfer;
  if (partial.have.bytes > 0) await transfer.restart();
  transfer.etag = undefined; // What this leaves cannot be continued.
  const { host } = new URL(resolved.url);
  const response = await net.request({
    url: resolved.url,
    purpose: 'download',
    headers: { ...resolved.headers, 'Accept-Encoding': 'identity' },
    idleTimeoutMs: transfer.silenceMs,
    signal: ends,
  });
  if (response.status !== 200) throw await statusError(response, file.name);
  requireUnpacked(response);
  const writer = createPieceWriter(transfer, 0);
  let position = 0;
  try {
    for await (const piece of response.body as AsyncIterable<Buffer>) {
      if (totalBytes !== undefined && position + piece.length > totalBytes)
        throw new LuciError('SOURCE_BROKEN', `${host} sends more bytes than ${file.name} has`);
      await limiter.take(piece.length, ends);
      await header.accept(piece, position, totalBytes);
      position += piece.length;
      transfer.receive(piece.length);
      await writer.push(piece);
    }
  } catch (error) {
    if (error instanceof LuciError) throw error;
    if (ends.aborted) throw abortError(ends);
    throw brokenOff(host, error);
  } finally {
    await writer.flush();
  }
  if (totalBytes !== undefined && position < totalBytes) throw brokenOff(host);
}

/** A connection that ended before the bytes did; `cause` is what the system says of it. */
export function brokenOff(host: string, cause?: unknown): LuciError {
  const words = cause === undefined ? 'the connection broke off' : describeConnectionError(cause);
  return new LuciError('NETWORK_FAILED', `${host}: ${words}`, { details: { retryable: true } });
}
