import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { debugLog, isDebugLogOn } from '../base/debug-log.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { headerSecret } from '../base/header-text.ts';
import { merged } from '../base/merged.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import { chooseEngine, type EngineWish, embeddedObstacle, llamafileObstacle, modelObstacle } from '../engine/choose-engine.ts';
import type { EngineProgram, OpenOptions, Session } from '../engine/engine.ts';
import type { HostEngine } from '../engine/host/host-engine.ts';
import type { MachineFacts } from '../engine/machine.ts';
import { listRemoteModels } from '../engine/openai/list-models.ts';
import { openAiSession } from '../engine/openai/session.ts';
import { checkGgufFile, type GgufFacts } from '../gguf/facts.ts';
import type { UsableModel } from '../install/choose-installed.ts';
import type { Net } from '../net/net.ts';
import { addRemote, type Remote, readRemotes, removeRemote } from '../store/remotes.ts';
import { type Runtime, readRuntimes } from '../store/runtime-list.ts';

/** Opening a model: which engine runs it, here or elsewhere. The caller never knows. */

/** A model of an endpoint elsewhere. */
export interface RemoteModel {
  /** As it is named everywhere: `NAME/model`. */
  readonly name: string;
  readonly remote: string;
  readonly model: string;
}

/** See {@link Luci}. */
export interface ModelOpener {
  open(chosen: UsableModel, options?: OpenOptions): Promise<Session>;
  /** The remote model a reference names; undefined where its first part is no endpoint's name. */
  findRemote(reference: string): Promise<UsableModel | undefined>;
  remotes(): Promise<readonly Remote[]>;
  addRemote(remote: Remote): Promise<void>;
  removeRemote(name: string): Promise<boolean>;
  /** What the endpoints say they have. One that fails is told to `onProblem`; thrown where no other answered. */
  remoteModels(signal?: AbortSignal, onProblem?: (remote: string, error: unknown) => void): Promise<readonly RemoteModel[]>;
  /** The path of llama-server, where there is one: named by a setting, added, or on the PATH. */
  llamaServer(): Promise<string | undefined>;
  /** The llamafile in use, where there is one. */
  llamafile(): Promise<Runtime | undefined>;
}

/** What opening works with. */
export interface OpenerOptions {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  readonly engine: HostEngine;
  readonly machine: () => Promise<MachineFacts>;
}

/** Tokens a remote model is taken to hold where nobody says. */
const remoteContextLength = 8192;

/** The opener of a home folder. */
export function createOpener({ settings, directories, net, engine, machine }: OpenerOptions): ModelOpener {
  const { choice, contextLength, threads, llamaServerPath, rpc } = settings.engine;
  const { childEnvironment, variable } = settings.system;
  const remotes = (): Promise<readonly Remote[]> => readRemotes(directories.state);
  const newest = async (kind: Runtime['kind']): Promise<Runtime | undefined> =>
    (await readRuntimes(directories.state)).findLast((runtime) => runtime.kind === kind);
  const llamafile = (): Promise<Runtime | undefined> => newest('llamafile');
  const llamaServer = async (): Promise<string | undefined> =>
    llamaServerPath ?? (await newest('llama-server'))?.path ?? findProgram('llama-server', childEnvironment['PATH']);

  const keyOf = ({ name, keyEnv }: Remote): { apiKey?: string } => {
    if (keyEnv === undefined) return {};
    const apiKey = variable(keyEnv);
    if (apiKey === undefined)
      throw new LuciError('CONFIG_INVALID', `The key of ${name} should be in the variable ${keyEnv}, which is not set.`);
    return { apiKey: headerSecret(apiKey, keyEnv) };
  };

  async function openRemote(name: string, { remote, model }: NonNullable<UsableModel['remote']>): Promise<Session> {
    const found = (await remotes()).find((candidate) => candidate.name === remote);
    if (!found) throw new LuciError('NOT_FOUND', `There is no remote endpoint ${remote}.`, { hint: 'luci remote list' });
    return openAiSession({
      net,
      baseUrl: found.url,
      ...keyOf(found),
      model,
      dialect: 'standard',
      facts: {
        kind: 'remote',
        version: name,
        device: new URL(found.url).host,
        contextLength: contextLength ?? remoteContextLength,
        supports: { jsonSchema: true, tools: true, requiredCalls: true, embeddings: true, seed: true },
      },
    });
  }

  async function llamafileVersion(path: string): Promise<string | undefined> {
    const { versionOf } = await import('../install/add-runtime.ts');
    if (!existsSync(path)) throw new LuciError('NOT_FOUND', `There is no file ${path}.`, { hint: 'luci list' });
    return versionOf('llamafile', path, childEnvironment);
  }

  return {
    remotes,
    llamaServer,
    llamafile,
    addRemote: (remote) => addRemote(directories.state, remote),
    removeRemote: (name) => removeRemote(directories.state, name),
    async findRemote(reference) {
      const slash = reference.indexOf('/');
      if (slash <= 0 || slash === reference.length - 1) return undefined;
      const [remote, model] = [reference.slice(0, slash), reference.slice(slash + 1)];
      const isKnown = (await remotes()).some(({ name }) => name === remote);
      return isKnown ? { name: reference, path: '', remote: { remote, model } } : undefined;
    },
    async remoteModels(signal, onProblem = () => undefined) {
      const asked = await remotes();
      const answers = await Promise.allSettled(
        asked.map(async (remote) => {
          const models = await listRemoteModels({ net, baseUrl: remote.url, ...keyOf(remote) }, signal);
          return models.map((model) => ({ name: `${remote.name}/${model}`, remote: remote.name, model }));
        }),
      );
      const failed = answers.flatMap((answer, index) =>
        answer.status === 'rejected' ? [{ name: asked[index]?.name ?? '', reason: answer.reason as unknown }] : [],
      );
      const [first] = failed;
      if (signal?.aborted || (first && failed.length === asked.length)) throw first?.reason ?? signal?.reason;
      for (const { name, reason } of failed) onProblem(name, reason);
      return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    },
    async open({ name, path, remote }, options = {}) {
      if (remote) return openRemote(name, remote);
      const isLlamafile = /\.llamafile(\.exe)?$/i.test(path);
      const target = { kind: 'file', path, name } as const;
      const how = merged<OpenOptions>({ contextLength, threads }, options);
      if (!isLlamafile && rpc === undefined && (choice === 'auto' || choice === 'embedded')) {
        // A file that is in memory was checked, and its engine chosen: looking at it and at the machine again takes 50 ms.
        const session = await engine.openLoaded(target, how);
        if (session) {
          debugLog('session', { model: name, state: 'shared', engine: session.facts.kind, why: 'it is in memory' });
          return session;
        }
      }
      const model = isLlamafile ? undefined : await checkNamedFile(path, options.signal);
      const [facts, server, file] = await Promise.all([machine(), llamaServer(), llamafile()]);
      const wish = {
        choice,
        isLlamafile,
        isSpread: rpc !== undefined,
        hasLlamaServer: server !== undefined,
        hasLlamafile: file !== undefined,
        llamafileVersion: file?.version === undefined ? undefined : file.version,
        model,
      };
      const kind = chooseEngine(facts, wish);
      if (isDebugLogOn()) tellChoice(facts, wish, kind);
      debugLog('session', { model: name, state: 'opened', engine: kind, contextLength: how.contextLength, threads: how.threads });
      if (kind === 'embedded') return engine.open(target, how);
      for (const host of rpc ?? []) await net.reach(host, { purpose: 'remote-engine', signal: options.signal });
      const version = isLlamafile ? await llamafileVersion(path) : kind === 'llamafile' ? file?.version : undefined;
      const program: EngineProgram = {
        kind,
        path: (isLlamafile ? path : kind === 'llamafile' ? file?.path : server) ?? '',
        version,
        rpc,
        environment: childEnvironment,
      };
      return engine.open({ ...target, program }, how);
    },
  };
}

/** Which engine was taken, and why not the others. */
function tellChoice(facts: MachineFacts, wish: EngineWish, kind: string): void {
  const { choice, isLlamafile, isSpread, hasLlamaServer, hasLlamafile, model, llamafileVersion } = wish;
  const why = isLlamafile
    ? 'the file is a llamafile'
    : isSpread
      ? 'rpc was asked for'
      : choice === 'auto'
        ? 'the first that can'
        : 'it was asked for';
  const absent = (isHere: boolean): string | undefined => (isHere ? undefined : 'there is none');
  debugLog('engine', {
    taken: kind,
    why,
    notEmbedded: embeddedObstacle(facts)?.message ?? modelObstacle('embedded', model, undefined)?.message,
    notLlamaServer: absent(hasLlamaServer),
    notLlamafile: absent(hasLlamafile) ?? llamafileObstacle(facts)?.message ?? modelObstacle('llamafile', model, llamafileVersion)?.message,
  });
}

/** {@link checkGgufFile}; what is wrong is said of the file by its path. */
async function checkNamedFile(path: string, signal?: AbortSignal): Promise<GgufFacts> {
  try {
    return await checkGgufFile(path, signal);
  } catch (error) {
    if (!isLuciError(error, 'GGUF_BROKEN') || error.details.path !== undefined) throw error;
    throw new LuciError('GGUF_BROKEN', `${path}: ${error.message}`, { details: { ...error.details, path }, cause: error });
  }
}

/** A program on the PATH. */
function findProgram(name: string, path: string | undefined): string | undefined {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  return (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, file))
    .find((candidate) => {
      try {
        accessSync(candidate, constants.X_OK);
        return true;
      } catch {
        return false; // Not there, or not to be run.
      }
    });
}
