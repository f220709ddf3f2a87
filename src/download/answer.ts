import { isLuciError, LuciError } from '../base/errors.ts';
import type { NetResponse } from '../net/net.ts';
import { retryAfterMs } from '../sources/http/retry-after.ts';
import type { ByteRange } from './intervals.ts';

/** What an answer of the server that has the bytes means. */

/** Thrown when a server sends the whole file in answer to a range: it must be taken from the first byte, in one stream. */
export class WholeFileSent extends Error {
  override readonly name = 'WholeFileSent';
}

/** What was asked for. */
export interface AskedRange extends ByteRange {
  readonly totalBytes: number | undefined;
  readonly fileName: string;
}

/**
 * Lets only an answer pass whose body are exactly the bytes of the range. The body of any other is destroyed.
 * @throws {@link WholeFileSent} for a 200; NETWORK_FAILED (retryable, with `expired` for a refused signature), SOURCE_BROKEN, SOURCE_DENIED
 */
export async function requireRange(response: NetResponse, asked: AskedRange): Promise<void> {
  const { status, body } = response;
  if (status === 206 || status === 200) requireUnpacked(response);
  if (status === 200) {
    body.destroy();
    throw new WholeFileSent();
  }
  if (status !== 206) throw await statusError(response, asked.fileName);
  try {
    requireRangeHead(response, asked);
  } catch (error) {
    body.destroy();
    throw error;
  }
}

/** The head of a 206 must be that of exactly the range asked for. Throws SOURCE_BROKEN. */
export function requireRangeHead({ headers }: Pick<NetResponse, 'headers'>, asked: AskedRange): void {
  const [, from, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
  const isExact =
    Number(from) === asked.from &&
    Number(last) === asked.to - 1 &&
    (total === '*' || asked.totalBytes === undefined || Number(total) === asked.totalBytes) &&
    (headers['content-length'] === undefined || Number(headers['content-length']) === asked.to - asked.from);
  if (isExact) return;
  throw new LuciError(
    'SOURCE_BROKEN',
    `The server answers another range than the one asked for ${asked.fileName}; nothing of it was written`,
  );
}

/** Lets only an unpacked body pass: bytes packed on the way cannot be put at their place. */
export function requireUnpacked({ headers, body }: Pick<NetResponse, 'headers'> & { readonly body?: NetResponse['body'] }): void {
  if (/^(identity)?$/i.test(headers['content-encoding'] ?? '')) return;
  body?.destroy();
  // Some do it once, of two that stand behind one address; who does it again does it always.
  const details = { retryable: true, maxRetries: 1 };
  throw new LuciError('NETWORK_FAILED', 'the server packs the file although it was asked not to', { details });
}

/** The error for a status that is neither 200 nor 206. Reads a little of the body, which often says why. */
export async function statusError(response: NetResponse, fileName: string): Promise<LuciError> {
  const { status, headers } = response;
  const said = await readReason(response);
  const waitMs = retryAfterMs(headers, Date.now());
  const expired = status === 401 || status === 403;
  const isRetryable = expired || [408, 410, 412, 416, 429, 500, 502, 503, 504].includes(status);
  const total = /^bytes \*\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  if (status === 416 && total !== undefined)
    return new LuciError('SOURCE_BROKEN', `The download server has ${total} bytes for ${fileName} now, fewer than it said`);
  return new LuciError(
    isRetryable ? 'NETWORK_FAILED' : 'SOURCE_DENIED',
    `The download server answered ${status} for ${fileName}${said ? `: ${said}` : ''}`,
    {
      details: { status, retryable: isRetryable, expired, retryAfterMs: waitMs },
    },
  );
}

/** Whether the server asks for less at once. */
export function asksForLess(error: unknown): boolean {
  return isLuciError(error, 'NETWORK_FAILED') && (error.details.status === 429 || error.details.status === 503);
}

/** Whether the signature of the address is no longer accepted. */
export function isExpired(error: unknown): error is LuciError<'NETWORK_FAILED'> {
  return isLuciError(error, 'NETWORK_FAILED') && error.details.expired === true;
}

/** The first words of an error page, without tags, addresses and anything that could be a signature. */
async function readReason({ body }: NetResponse): Promise<string> {
  let text = '';
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      text += chunk.toString('utf8');
      if (text.length > 2000) break;
    }
  } catch {
    // An error page that breaks off is as good as none.
  }
  const words = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\S+:\/\/\S+/g, ' ')
    .replace(/\S{24,}/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return words.length > 100 ? `${words.slice(0, 100)}…` : words;
}
