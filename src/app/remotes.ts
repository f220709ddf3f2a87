import { LuciError } from '../base/errors.ts';
import { headerSecret } from '../base/header-text.ts';
import type { Settings } from '../config/settings.ts';
import type { Session } from '../engine/engine.ts';
import { listRemoteModels } from '../engine/openai/list-models.ts';
import { openAiSession } from '../engine/openai/session.ts';
import type { UsableModel } from '../install/choose-installed.ts';
import type { Net } from '../net/net.ts';
import { addRemote, type Remote, readRemotes, removeRemote } from '../store/remotes.ts';

/** Endpoints elsewhere that run models: known by name, asked over the network. */

/** A model of an endpoint elsewhere. */
export interface RemoteModel {
  /** As it is named everywhere: `NAME/model`. */
  readonly name: string;
  readonly remote: string;
  readonly model: string;
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
  /** The remote model a reference names; undefined where its first part is no endpoint's name. */
  find(reference: string): Promise<UsableRemote | undefined>;
  /** A session of a model elsewhere. Nothing is sent before it is asked. */
  open(chosen: UsableRemote): Promise<Session>;
}

/** What the endpoints are asked with. */
export interface RemotesOptions {
  readonly settings: Settings;
  readonly stateFolder: string;
  readonly net: Net;
}

/** Tokens a remote model is taken to hold where nobody says. */
const remoteContextLength = 8192;

/** The endpoints of a home folder. */
export function createRemotes({ settings, stateFolder, net }: RemotesOptions): Remotes {
  const { contextLength = remoteContextLength } = settings.engine;
  const list = (): Promise<readonly Remote[]> => readRemotes(stateFolder);
  const keyOf = (remote: Remote): string | undefined => requireKey(remote, settings.system.variable);

  async function modelsOf(remote: Remote, signal: AbortSignal | undefined): Promise<readonly RemoteModel[]> {
    const models = await listRemoteModels({ net, name: remote.name, baseUrl: remote.url, apiKey: keyOf(remote) }, signal);
    return models.map((model) => ({ name: `${remote.name}/${model}`, remote: remote.name, model }));
  }

  return {
    list,
    add: (remote) => addRemote(stateFolder, remote),
    remove: (name) => removeRemote(stateFolder, name),
    async models(signal, onProblem = () => undefined) {
      const asked = await list();
      const answers = await Promise.allSettled(asked.map((remote) => modelsOf(remote, signal)));
      const failed = answers.flatMap((answer, index) =>
        answer.status === 'rejected' ? [{ name: asked[index]?.name ?? '', reason: answer.reason as unknown }] : [],
      );
      const [first] = failed;
      if (signal?.aborted || (first && failed.length === asked.length)) throw first?.reason ?? signal?.reason;
      for (const { name, reason } of failed) onProblem(name, reason);
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    },
    async find(reference) {
      const slash = reference.indexOf('/');
      if (slash <= 0 || slash === reference.length - 1) return undefined;
      const [remote, model] = [reference.slice(0, slash), reference.slice(slash + 1)];
      const isKnown = (await list()).some(({ name }) => name === remote);
      return isKnown ? { name: reference, path: '', remote: { remote, model } } : undefined;
    },
    async open({ name, remote: { remote, model } }) {
      const found = (await list()).find((candidate) => candidate.name === remote);
      if (!found) throw new LuciError('NOT_FOUND', `There is no remote endpoint ${remote}.`, { hint: 'luci remote list' });
      return openAiSession({
        net,
        baseUrl: found.url,
        apiKey: keyOf(found),
        model,
        dialect: 'standard',
        facts: {
          kind: 'remote',
          version: name,
          device: new URL(found.url).host,
          contextLength,
          supports: { jsonSchema: true, tools: true, requiredCalls: true, embeddings: true, seed: true },
        },
      });
    },
  };
}

/** The key of an endpoint, out of the variable it was added with; undefined for one that needs none. */
function requireKey({ name, keyEnv }: Remote, variable: Settings['system']['variable']): string | undefined {
  if (keyEnv === undefined) return undefined;
  const key = variable(keyEnv);
  if (key === undefined) throw new LuciError('CONFIG_INVALID', `The key of ${name} should be in the variable ${keyEnv}, which is not set.`);
  return headerSecret(key, keyEnv);
}
