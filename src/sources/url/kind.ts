import * as v from 'valibot';
import { isLoopback, redactUrl } from '../../net/addresses.ts';
import type { SourceKind } from '../kind.ts';

/** Any https address that answers with the bytes. */
export interface UrlSource {
  readonly kind: 'url';
  readonly url: string;
}

declare module '../../base/model.ts' {
  interface SourceKinds {
    url: UrlSource;
  }
}

/** Plain addresses; no token is ever sent to them. */
export const urlKind: SourceKind<UrlSource> = {
  kind: 'url',
  choices: ['url'],
  fields: { kind: v.literal('url'), url: v.pipe(v.string(), v.url()) },
  isAnnounced: false,
  describe: ({ url }) => redactUrl(url),
  places: ({ url }) => [{ words: new URL(url).host, endpoint: url }],
  isNear: ({ url }) => isLoopback(new URL(url).hostname),
  async size(source, _, { net, signal }) {
    const { resolveUrl } = await import('./resolve-url.ts');
    return (await resolveUrl(net, source, { connectTimeoutMs: 10_000, signal })).sizeBytes;
  },
  async fetch(source, _, { net, signal, idleTimeoutMs, overHttp }) {
    const { resolveUrl } = await import('./resolve-url.ts');
    return (await overHttp(() => resolveUrl(net, source, { connectTimeoutMs: 10_000, idleTimeoutMs, signal }))).commit;
  },
  // A signature in the query is a secret.
  kept: ({ url }) => ({ kind: 'url', url: redactUrl(url) }),
};
