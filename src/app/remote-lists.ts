import { isLuciError } from '../base/errors.ts';
import type { Net } from '../net/net.ts';
import { type KeptRemoteModel, keepRemoteModels, readRemoteModels } from '../store/remote-models.ts';
import type { Remote } from '../store/remotes.ts';

/** What endpoints say they have, and kept, so that a question costs no look at a list. */
export interface RemoteLists {
  /** Asks an endpoint and keeps what it says. @throws NETWORK_FAILED, OFFLINE, ENGINE_FAILED, CONFIG_INVALID */
  read(remote: Remote, options?: ReadOptions): Promise<readonly KeptRemoteModel[]>;
  /** What an endpoint said within the last day; else it is asked, and what it said before is good enough where it does not answer soon. */
  recent(remote: Remote, signal?: AbortSignal): Promise<readonly KeptRemoteModel[] | undefined>;
  /** What an endpoint said last, whenever that was. Nobody is asked. */
  kept(remote: Remote): Promise<readonly KeptRemoteModel[] | undefined>;
}

interface ReadOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What is asked with. */
export interface RemoteListsOptions {
  readonly net: Net;
  readonly stateFolder: string;
  readonly keyOf: (remote: Remote) => string | undefined;
  /** The endpoints there are; what was kept of others goes. */
  readonly list: () => Promise<readonly Remote[]>;
}

const freshMs = 24 * 60 * 60_000;
/** Whoever waits wants an answer, not a list. */
export const hurriedMs = 3000;
/** One that did not answer is left alone for so long. */
const againMs = 30_000;

/** The lists of a home folder. */
export function createRemoteLists({ net, stateFolder, keyOf, list }: RemoteListsOptions): RemoteLists {
  const failedAt = new Map<string, number>();

  const keptList = async ({ url }: Remote) => (await readRemoteModels(stateFolder)).find((kept) => kept.url === url);

  const read: RemoteLists['read'] = async (remote, { timeoutMs, signal } = {}) => {
    const { listRemoteModels } = await import('../engine/openai/list-models.ts');
    const models = await listRemoteModels({ net, name: remote.name, baseUrl: remote.url, apiKey: keyOf(remote), timeoutMs }, signal);
    const urls = (await list()).map(({ url }) => url);
    await keepRemoteModels(stateFolder, { url: remote.url, readAt: Date.now(), models }, urls);
    return models;
  };

  return {
    read,
    kept: async (remote) => (await keptList(remote))?.models,
    async recent(remote, signal) {
      const kept = await keptList(remote);
      const age = Date.now() - (kept?.readAt ?? 0);
      const isFresh = age >= 0 && age < freshMs;
      if (isFresh || Date.now() - (failedAt.get(remote.url) ?? -againMs) < againMs) return kept?.models;
      try {
        return await read(remote, { timeoutMs: hurriedMs, signal });
      } catch (error) {
        if (signal?.aborted || !isLuciError(error)) throw error;
        failedAt.set(remote.url, Date.now());
        return kept?.models;
      }
    },
  };
}
