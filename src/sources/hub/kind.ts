import * as v from 'valibot';
import type { HubSource } from '../../base/model.ts';
import { isLoopback } from '../../net/addresses.ts';
import type { SourceKind } from '../kind.ts';

/** Files of the model hub. */
export const hubKind: SourceKind<HubSource> = {
  kind: 'hub',
  choices: ['hub'],
  fields: { kind: v.literal('hub'), repo: v.string(), revision: v.optional(v.string()), path: v.string() },
  isAnnounced: false,
  describe: ({ repo, path }) => `${repo}/${path}`,
  places: (_, { hub, mirrors = [] }) => [
    { words: new URL(hub.endpoint).host, endpoint: hub.endpoint, token: hub.token },
    // The token is the hub's own: mirrors never see it.
    ...mirrors.map((endpoint) => ({ words: new URL(endpoint).host, endpoint })),
  ],
  isNear: (_, { hub, mirrors = [] }) => [hub.endpoint, ...mirrors].some((address) => isLoopback(new URL(address).hostname)),
  async size(source, place, { net, signal }) {
    const { resolveHubFile } = await import('./resolve-file.ts');
    return (await resolveHubFile(net, source, { ...place, connectTimeoutMs: 10_000, signal })).sizeBytes;
  },
  async fetch(source, place, { net, signal, idleTimeoutMs, overHttp }) {
    const { resolveHubFile } = await import('./resolve-file.ts');
    const access = { endpoint: place.endpoint, token: place.token, connectTimeoutMs: 10_000, idleTimeoutMs, signal };
    return (await overHttp(() => resolveHubFile(net, source, access))).commit;
  },
  kept: (source, revision) => (revision === undefined ? source : { ...source, revision }),
};
