import { isUtf8 } from 'node:buffer';
import { boundedChunks } from '../base/bounded-body.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import type { Net } from '../net/net.ts';
import type { Reply, StreamedEvent } from './check.ts';
import { parsed } from './look.ts';

/** One request to the server under test, and all of its answer. */

/** Where the server is and how it is spoken to. */
export interface Target {
  readonly net: Net;
  /** Without `/v1` and without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What one request may take. */
  readonly timeoutMs: number;
}

/** What is sent. */
export interface Sent {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** More than any answer to a short question has. */
const maxReplyBytes = 32 * 2 ** 20;

/**
 * Sends one and reads all that comes back.
 * @throws NETWORK_FAILED, OFFLINE; TIMED_OUT where it takes too long; SOURCE_BROKEN where it does not end; the signal's reason
 */
export async function exchange({ net, baseUrl, headers, timeoutMs }: Target, sent: Sent, signal: AbortSignal): Promise<Reply> {
  const late = new LuciError('TIMED_OUT', `no whole answer within ${timeoutMs / 1000} s`);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(late), timeoutMs);
  try {
    const response = await net.request({
      url: `${baseUrl}${sent.path}`,
      method: sent.method,
      purpose: 'check',
      // A server may hang up while the next request is on its way; on a connection of its own that says nothing of the wire.
      headers: { ...headers, Connection: 'close', 'Content-Type': sent.body === undefined ? undefined : 'application/json' },
      body: sent.body,
      signal: AbortSignal.any([signal, limit.signal]),
      idleTimeoutMs: timeoutMs,
    });
    const tooLong = (): Error => new LuciError('SOURCE_BROKEN', `the answer is longer than ${maxReplyBytes} bytes`);
    const chunks: Buffer[] = [];
    for await (const chunk of boundedChunks(response.body, { maxBytes: maxReplyBytes, tooLong })) chunks.push(chunk);
    return replyOf(response.status, response.headers['content-type'] ?? '', Buffer.concat(chunks));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw limit.signal.aborted ? late : withOwnHint(error);
  } finally {
    clearTimeout(timer);
  }
}

/** What helps who asks for a hub is none for a server of one's own. */
function withOwnHint(error: unknown): unknown {
  if (!isLuciError(error, 'NETWORK_FAILED')) return error;
  const hint = 'Does a server run there? One of luci’s own: luci serve';
  return new LuciError('NETWORK_FAILED', error.message, { hint, details: error.details, cause: error });
}

function replyOf(status: number, type: string, bytes: Buffer): Reply {
  const text = bytes.toString('utf8');
  const contentType = type.toLowerCase();
  const json = parsed(text);
  return { status, contentType, text, isUtf8: isUtf8(bytes), json, events: eventsIn(text) };
}

/** Server-sent events as the standard has them, whatever ends their lines; without any, the lines of JSON there are. */
function eventsIn(text: string): readonly StreamedEvent[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (!lines.some((line) => line.startsWith('data:')))
    return lines.filter((line) => line.startsWith('{')).map((data) => ({ name: undefined, data, json: parsed(data) }));
  const events: StreamedEvent[] = [];
  let name: string | undefined;
  let data: string[] = [];
  const close = (): void => {
    if (data.length > 0) events.push({ name, data: data.join('\n'), json: parsed(data.join('\n')) });
    name = undefined;
    data = [];
  };
  for (const line of lines) {
    if (line === '') close();
    else if (line.startsWith('data:')) data.push(line.slice('data:'.length).replace(/^ /, ''));
    else if (line.startsWith('event:')) name = line.slice('event:'.length).trim();
  }
  close();
  return events;
}
