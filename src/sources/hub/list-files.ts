import * as v from 'valibot';
import { boundedText } from '../../base/bounded-body.ts';
import { parseChecked } from '../../base/checked-json.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { sha256In } from '../../base/sha256.ts';
import type { Net } from '../../net/net.ts';
import { answerError } from '../http/answer-error.ts';
import { hubAuthorization } from '../http/authorization.ts';
import type { HttpAccess } from '../http/http-access.ts';

/** What a repository of the hub holds, at one commit. */

/** A repository as the hub lists it. */
export interface RepositoryListing {
  /** 40 hexadecimal digits: the commit the list is of. */
  readonly commit: string;
  readonly license: string;
  readonly files: readonly { readonly path: string; readonly sizeBytes?: number; readonly sha256?: string }[];
}

const maxAnswerBytes = 32 * 1024 ** 2;

const schema = v.object({
  sha: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
  cardData: v.nullish(v.object({ license: v.nullish(v.union([v.string(), v.array(v.string())])) })),
  siblings: v.array(
    v.object({
      rfilename: v.string(),
      size: v.nullish(v.number()),
      lfs: v.nullish(v.object({ sha256: v.nullish(v.string()), size: v.nullish(v.number()) })),
    }),
  ),
});

/** Lists a repository (`/api/models/{repo}?blobs=true`; without blobs the hub states neither sizes nor digests). */
export async function listRepository(net: Net, repo: string, access: HttpAccess, revision?: string): Promise<RepositoryListing> {
  const at = revision === undefined ? '' : `/revision/${encodeURIComponent(revision)}`;
  const response = await net.request({
    url: `${access.endpoint}/api/models/${repo}${at}?blobs=true`,
    purpose: 'model-list',
    headers: { 'Accept-Encoding': 'identity', Authorization: hubAuthorization(access.token) },
    signal: access.signal,
    connectTimeoutMs: access.connectTimeoutMs,
  });
  const { host } = new URL(access.endpoint);
  if (response.status !== 200) throw await answerError(response, { object: repo, repo, host, hadToken: access.token !== undefined });
  const tooLong = (): LuciError => new LuciError('SOURCE_BROKEN', `${host} lists ${repo} in more than 32 MiB; refused`);
  return listingOf(await boundedText(response.body, { maxBytes: maxAnswerBytes, tooLong }), repo, host);
}

function listingOf(text: string, repo: string, host: string): RepositoryListing {
  try {
    const { sha, cardData, siblings } = parseChecked(schema, text, `the list of ${repo}`);
    const license = cardData?.license;
    return {
      commit: sha,
      license: (Array.isArray(license) ? license.join(', ') : license) ?? 'unknown',
      files: siblings.map(({ rfilename, size, lfs }) => {
        const sizeBytes = lfs?.size ?? size;
        return {
          path: rfilename,
          sizeBytes: typeof sizeBytes === 'number' && isSize(sizeBytes) ? sizeBytes : undefined,
          sha256: sha256In(lfs?.sha256),
        };
      }),
    };
  } catch (error) {
    if (!isLuciError(error, 'STATE_BROKEN')) throw error;
    throw new LuciError('SOURCE_BROKEN', `${host} lists ${repo} in a way luci does not understand: ${error.message}`, { cause: error });
  }
}

/** Whole, not negative, and no more than any disk holds: what a hub states otherwise is no size. */
function isSize(bytes: number): boolean {
  return Number.isInteger(bytes) && bytes >= 0 && bytes <= 2 ** 50;
}
