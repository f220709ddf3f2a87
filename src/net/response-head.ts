/** The head of an HTTP/1.1 response: as much of it as a range needs. */

/** Status and headers; names in lower case, repeated ones joined by ", ". */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** A response the range reader does not understand: node:http must read it. */
export class UnsupportedResponse extends Error {
  override readonly name = 'UnsupportedResponse';
}

/** Longer heads are refused. */
export const maxHeadBytes = 64 * 1024;

/**
 * Reads the text of a head, without the empty line at its end.
 * @throws {@link UnsupportedResponse} for what is not HTTP/1.x, for interim responses, and for a 206 that does not say how long it is
 */
export function parseResponseHead(text: string): ResponseHead {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new UnsupportedResponse('no response of HTTP/1.1');
  const head = { status, headers: parseHeaders(lines) };
  if (status < 200 || (status === 206 && bodyLength(head) === undefined)) throw new UnsupportedResponse('a response without a length');
  return head;
}

/** How many bytes follow the head; undefined where it does not say. */
export function bodyLength({ headers }: ResponseHead): number | undefined {
  const length = headers['content-length'];
  const isKnown = headers['transfer-encoding'] === undefined && length !== undefined && /^\d{1,15}$/.test(length);
  return isKnown ? Number(length) : undefined;
}

/** Whether the connection may be used for another request. */
export function keepsAlive(head: ResponseHead): boolean {
  return bodyLength(head) !== undefined && head.headers['connection']?.toLowerCase() !== 'close';
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new UnsupportedResponse('a header that is none');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
