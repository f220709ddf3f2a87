import { LuciError } from '../../base/errors.ts';
import type { Net, NetResponse } from '../../net/net.ts';
import type { ResolvedFile } from '../hub/resolved-file.ts';
import { type Asked, answerError } from './answer-error.ts';
import { hubAuthorization } from './authorization.ts';
import type { HttpAccess } from './http-access.ts';

/** Where a file's bytes are. Redirects are followed by hand: the facts are on them, and the token must not cross origins. */

const maxRedirects = 5;

/** The file behind an address and its redirects. Facts and the token belong to the origin of `access.endpoint`. */
export async function follow(net: Net, start: string, what: Pick<Asked, 'object' | 'repo'>, access: HttpAccess): Promise<ResolvedFile> {
  const { object } = what;
  const home = new URL(access.endpoint);
  const facts = {
    commit: undefined as string | undefined,
    linkedSize: undefined as number | undefined,
    linkedEtag: undefined as string | undefined,
  };
  let url = start;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    const target = new URL(url);
    const isHome = target.origin === home.origin;
    const shown = isHome ? hubAuthorization(access.token) : undefined;
    const authorization: Record<string, string> = shown === undefined ? {} : { Authorization: shown };
    const response = await net.request({
      url,
      purpose: 'resolve',
      headers: { ...authorization, Range: 'bytes=0-0', 'Accept-Encoding': 'identity' },
      signal: access.signal,
      connectTimeoutMs: access.connectTimeoutMs,
      idleTimeoutMs: access.idleTimeoutMs,
    });
    const { headers, status } = response;
    if (isHome) {
      facts.commit ??= /^[0-9a-f]{40}$/.test(headers['x-repo-commit'] ?? '') ? headers['x-repo-commit'] : undefined;
      facts.linkedSize ??= wholeNumber(headers['x-linked-size']);
      facts.linkedEtag ??= headers['x-linked-etag'];
    }
    if (![301, 302, 303, 307, 308].includes(status)) return finish(response, url, what, authorization, facts, access);
    response.body.destroy();
    const next = headers['location'] && URL.canParse(headers['location'], url) ? new URL(headers['location'], url) : undefined;
    if (!next) throw new LuciError('SOURCE_BROKEN', `${target.host} redirects ${object} to nowhere`);
    const isDowngrade = target.protocol === 'https:' && next.protocol !== 'https:';
    if (isDowngrade || !/^https?:$/.test(next.protocol))
      throw new LuciError('SOURCE_BROKEN', `${target.host} redirects ${object} to an address that is not https; refused`);
    url = next.href;
  }
  throw new LuciError('SOURCE_BROKEN', `${object} is redirected more than ${maxRedirects} times`);
}

async function finish(
  response: NetResponse,
  url: string,
  what: Pick<Asked, 'object' | 'repo'>,
  authorization: Record<string, string>,
  facts: { commit: string | undefined; linkedSize: number | undefined; linkedEtag: string | undefined },
  access: HttpAccess,
): Promise<ResolvedFile> {
  const { object } = what;
  const { status, headers } = response;
  // 416 is how a server answers a range of an empty file.
  if (status !== 200 && status !== 206) {
    throw await answerError(response, { ...what, host: new URL(url).host, hadToken: access.token !== undefined });
  }
  response.body.destroy();
  const type = headers['content-type'] ?? '';
  if (/text\/html/i.test(type)) {
    throw new LuciError(
      'SOURCE_BROKEN',
      `${new URL(url).host} answers with a web page in place of ${object} (a login page of this network, perhaps)`,
    );
  }
  const total = status === 206 ? wholeNumber(/\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1]) : wholeNumber(headers['content-length']);
  const etag = (facts.linkedEtag ?? headers['etag'] ?? '').replace(/^W\//, '').replaceAll('"', '');
  const sizeBytes = facts.linkedSize ?? total;
  return {
    url,
    headers: authorization,
    acceptsRanges: status === 206,
    commit: facts.commit,
    sizeBytes,
    sha256: /^[0-9a-f]{64}$/.test(etag) ? etag : undefined,
    etag: headers['etag'] && !headers['etag'].startsWith('W/') ? headers['etag'] : undefined,
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
