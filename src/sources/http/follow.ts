import { LuciError } from '../../base/errors.ts';
import { merged } from '../../base/merged.ts';
import { sha256In } from '../../base/sha256.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import type { Net, NetResponse } from '../../net/net.ts';
import { type Asked, answerError } from './answer-error.ts';
import { hubAuthorization } from './authorization.ts';
import type { HttpAccess } from './http-access.ts';
import { createRedirectCookies } from './redirect-cookies.ts';
import type { ResolvedFile } from './resolved-file.ts';

/** Where a file's bytes are. Redirects are followed by hand: the facts are on them, and the token must not cross origins. */

const maxRedirects = 5;

/** The file behind an address and its redirects. Facts and the token belong to the origin of `access.endpoint`. */
export async function follow(net: Net, start: string, what: Pick<Asked, 'object' | 'repo'>, access: HttpAccess): Promise<ResolvedFile> {
  const home = new URL(access.endpoint);
  const cookies = createRedirectCookies();
  let facts: LinkedFacts = {};
  let url = start;
  let range: Record<string, string> = { Range: 'bytes=0-0' };
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const isHome = new URL(url).origin === home.origin;
    const shown = isHome ? hubAuthorization(access.token) : undefined;
    const ownHeaders = withoutUndefined({ Authorization: shown, Cookie: cookies.headerFor(url) });
    const response = await net.request({
      url,
      purpose: 'resolve',
      headers: { ...ownHeaders, ...range, 'Accept-Encoding': 'identity' },
      signal: access.signal,
      connectTimeoutMs: access.connectTimeoutMs,
      idleTimeoutMs: access.idleTimeoutMs,
    });
    if (range['Range'] !== undefined && refusesRange(response)) {
      response.body.destroy();
      range = {};
      continue;
    }
    if (isHome) facts = merged(linkedFacts(response), facts);
    if (![301, 302, 303, 307, 308].includes(response.status)) {
      const asked = { ...what, host: new URL(url).host, hadToken: access.token !== undefined };
      return fileOf(response, { url, asked, facts, headers: ownHeaders });
    }
    response.body.destroy();
    cookies.note(url, response.setCookies);
    url = redirectTarget(url, asWritten(response.headers['location']), what.object);
  }
  throw new LuciError('SOURCE_BROKEN', `${what.object} is redirected more than ${maxRedirects} times`);
}

/** Whether a server answers as those do that cannot read a range and have the whole. 416 with a size of 0 is that of an empty file. */
function refusesRange({ status, headers }: NetResponse): boolean {
  return status === 400 || status === 501 || (status === 416 && headers['content-range'] !== 'bytes */0');
}

/** What the hub says on its own redirects of the file they lead to. */
interface LinkedFacts {
  readonly commit?: string;
  readonly sizeBytes?: number;
  readonly etag?: string;
}

function linkedFacts({ headers }: NetResponse): LinkedFacts {
  const commit = headers['x-repo-commit'] ?? '';
  return {
    commit: /^[0-9a-f]{40}$/.test(commit) ? commit : undefined,
    sizeBytes: wholeNumber(headers['x-linked-size']),
    etag: headers['x-linked-etag'],
  };
}

/** Bytes of a header come as Latin-1; those that are UTF-8 were written as that. */
function asWritten(header: string | undefined): string | undefined {
  const text = header === undefined ? '' : Buffer.from(header, 'latin1').toString('utf8');
  return text === '' || text.includes('\uFFFD') ? header : text;
}

function redirectTarget(url: string, location: string | undefined, object: string): string {
  const { host, protocol } = new URL(url);
  const next = location && URL.canParse(location, url) ? new URL(location, url) : undefined;
  if (!next) throw new LuciError('SOURCE_BROKEN', `${host} redirects ${object} to nowhere`);
  const isDowngrade = protocol === 'https:' && next.protocol !== 'https:';
  if (isDowngrade || !/^https?:$/.test(next.protocol))
    throw new LuciError('SOURCE_BROKEN', `${host} redirects ${object} to an address that is not https; refused`);
  return next.href;
}

/** Where an answer came from, and what is known of it beside itself. */
interface AnswerPlace {
  readonly url: string;
  readonly asked: Asked;
  readonly facts: LinkedFacts;
  /** To send with later requests to the address. */
  readonly headers: Readonly<Record<string, string>>;
}

async function fileOf(response: NetResponse, { url, asked, facts, headers: ownHeaders }: AnswerPlace): Promise<ResolvedFile> {
  const { status, headers } = response;
  // 416 is how a server answers a range of an empty file.
  if (status !== 200 && status !== 206) throw await answerError(response, asked);
  response.body.destroy();
  const type = headers['content-type'] ?? '';
  if (/text\/html/i.test(type)) {
    throw new LuciError(
      'SOURCE_BROKEN',
      `${asked.host} answers with a web page in place of ${asked.object} (a login page of this network, perhaps)`,
    );
  }
  const total = status === 206 ? wholeNumber(/\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]) : wholeNumber(headers['content-length']);
  const etag = (facts.etag ?? headers['etag'] ?? '').replace(/^W\//, '').replaceAll('"', '');
  return {
    url,
    headers: ownHeaders,
    acceptsRanges: status === 206,
    commit: facts.commit,
    sizeBytes: facts.sizeBytes ?? total,
    sha256: sha256In(etag),
    etag: headers['etag'] && !headers['etag'].startsWith('W/') ? headers['etag'] : undefined,
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
