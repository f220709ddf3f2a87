import { LuciError } from '../base/errors.ts';
import { headerSecret } from '../base/header-text.ts';
import type { Settings } from '../config/settings.ts';
import type { OpenOptions, Session } from '../engine/engine.ts';
import type { UsableModel } from '../install/choose-installed.ts';
import type { Net } from '../net/net.ts';
import type { KeptRemoteModel } from '../store/remote-models.ts';
import { addRemote, type Remote, readRemotes, removeRemote } from '../store/remotes.ts';
import { createRemoteLists, hurriedMs } from './remote-lists.ts';

/** Endpoints elsewhere that run models: known by name, asked over the network. */

/** A model of an endpoint elsewhere. */
export interface RemoteModel {
  /** As it is named everywhere: `NAME/model`. */
  readonly name: string;
  readonly remote: string;
  readonly model: string;
  /** Tokens it is served with, where the endpoint states them. */
  readonly contextLength?: number;
  /** Tokens it was trained for, or could be loaded with, where the endpoint states them. */
  readonly trainedContextLength?: number;
  /** Tokens luci takes it to hold: what was asked for, else what it is served with, else 8,192 and no more than it was trained for. */
  readonly openedTokens: number;
}

/** A reference that names a model elsewhere. */
export type UsableRemote = UsableModel & { readonly remote: NonNullable<UsableModel['remote']> };

/** `luci.remotes` */
export interface Remotes {
  /** The endpoints that were added. */
  list(): Promise<readonly Remote[]>;
  /** Adds one, or replaces the one of the same name. */
  add(remote: Remote): Promise<void>;
  /** Whether there was one of this name. */
  remove(name: string): Promise<boolean>;
  /** What the endpoints say they have. One that fails is told to `onProblem`; thrown where no other answered. */
  models(signal?: AbortSignal, onProblem?: (remote: string, error: unknown) => void): Promise<readonly RemoteModel[]>;
  /** What one endpoint says it has, within a few seconds. Throws NOT_FOUND where there is none of this name. */
  modelsOf(name: string, signal?: AbortSignal): Promise<readonly RemoteModel[]>;
  /** What the endpoints said within the last day. One that was not asked in that time is asked; one that does not answer soon is left out. */
  known(signal?: AbortSignal): Promise<readonly RemoteModel[]>;
  /** What is known of a remote model, without asking anybody: where its endpoint is, and its context, where that was stated once. */
  describe(chosen: UsableRemote): Promise<RemoteModel & { readonly url: string }>;
  /** The remote model a reference names; undefined where its first part is no endpoint's name. */
  find(reference: string): Promise<UsableRemote | undefined>;
  /** A session of a model elsewhere. Nothing is sent before it is asked, but for the list of the endpoint, once a day. */
  open(chosen: UsableRemote, options?: OpenOptions): Promise<Session>;
}

/** What the endpoints are asked with. */
export interface RemotesOptions {
  readonly settings: Settings;
  readonly stateFolder: string;
  readonly net: Net;
}

/** Tokens a remote model is taken to hold where nobody says. */
const unstatedTokens = 8192;

/** The endpoints of a home folder. */
export function createRemotes({ settings, stateFolder, net }: RemotesOptions): Remotes {
  const list = (): Promise<readonly Remote[]> => readRemotes(stateFolder);
  const keyOf = (remote: Remote): string | undefined => requireKey(remote, settings.system.variable);
  const lists = createRemoteLists({ net, stateFolder, keyOf, list });
  const asked = settings.engine.contextLength;

  async function requireRemote(name: string): Promise<Remote> {
    const found = (await list()).find((candidate) => candidate.name === name);
    if (!found) throw new LuciError('NOT_FOUND', `There is no remote endpoint ${name}.`, { hint: 'luci remote list' });
    return found;
  }

  return {
    list,
    add: (remote) => addRemote(stateFolder, remote),
    remove: (name) => removeRemote(stateFolder, name),
    async models(signal, onProblem = () => undefined) {
      const all = await list();
      const answers = await Promise.allSettled(all.map(async (remote) => named(remote, await lists.read(remote, { signal }), asked)));
      const failed = answers.flatMap((answer, index) =>
        answer.status === 'rejected' ? [{ name: all[index]?.name ?? '', reason: answer.reason as unknown }] : [],
      );
      const [first] = failed;
      if (signal?.aborted || (first && failed.length === all.length)) throw first?.reason ?? signal?.reason;
      for (const { name, reason } of failed) onProblem(name, reason);
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    },
    async modelsOf(name, signal) {
      const remote = await requireRemote(name);
      return named(remote, await lists.read(remote, { timeoutMs: hurriedMs, signal }), asked);
    },
    async known(signal) {
      const all = await list();
      const known = await Promise.all(all.map(async (remote) => named(remote, (await lists.recent(remote, signal)) ?? [], asked)));
      return known.flat();
    },
    async describe({ remote: { remote, model } }) {
      const found = await requireRemote(remote);
      const kept = (await lists.kept(found))?.find(({ id }) => id === model);
      return { ...modelOf(found, kept ?? { id: model }, asked), url: found.url };
    },
    async find(reference) {
      const slash = reference.indexOf('/');
      if (slash <= 0 || slash === reference.length - 1) return undefined;
      const [remote, model] = [reference.slice(0, slash), reference.slice(slash + 1)];
      const isKnown = (await list()).some(({ name }) => name === remote);
      return isKnown ? { name: reference, path: '', remote: { remote, model } } : undefined;
    },
    async open({ name, remote: { remote, model } }, { contextLength, signal } = {}) {
      const found = await requireRemote(remote);
      const apiKey = keyOf(found);
      const stated = (await lists.recent(found, signal))?.find(({ id }) => id === model) ?? { id: model };
      const most = stated.contextLength ?? stated.trainedContextLength;
      const { openAiSession } = await import('../engine/openai/session.ts');
      return openAiSession({
        net,
        baseUrl: found.url,
        apiKey,
        model,
        dialect: 'standard',
        facts: {
          kind: 'remote',
          version: name,
          device: new URL(found.url).host,
          contextLength: asked ?? (contextLength === undefined ? tokensOf(stated) : Math.min(contextLength, most ?? contextLength)),
          trainedContextLength: most,
          supports: { jsonSchema: true, tools: true, requiredCalls: true, embeddings: true, seed: true },
        },
      });
    },
  };
}

function named(remote: Remote, models: readonly KeptRemoteModel[], asked: number | undefined): readonly RemoteModel[] {
  return models.map((model) => modelOf(remote, model, asked));
}

function modelOf({ name }: Remote, { id, ...stated }: KeptRemoteModel, asked: number | undefined): RemoteModel {
  return { name: `${name}/${id}`, remote: name, model: id, ...stated, openedTokens: asked ?? tokensOf(stated) };
}

function tokensOf({ contextLength, trainedContextLength = unstatedTokens }: Omit<KeptRemoteModel, 'id'>): number {
  return contextLength ?? Math.min(unstatedTokens, trainedContextLength);
}

/** The key of an endpoint, out of the variable it was added with; undefined for one that needs none. */
function requireKey({ name, keyEnv }: Remote, variable: Settings['system']['variable']): string | undefined {
  if (keyEnv === undefined) return undefined;
  const key = variable(keyEnv);
  if (key === undefined) throw new LuciError('CONFIG_INVALID', `The key of ${name} should be in the variable ${keyEnv}, which is not set.`);
  return headerSecret(key, keyEnv);
}
