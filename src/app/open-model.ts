import { existsSync } from 'node:fs';
import { isLuciError, LuciError } from '../base/errors.ts';
import { merged } from '../base/merged.ts';
import type { Settings } from '../config/settings.ts';
import { chooseEngine, type EngineWish } from '../engine/choose-engine.ts';
import type { EngineProgram, OpenOptions } from '../engine/engine.ts';
import type { HostEngine } from '../engine/host/host-engine.ts';
import type { MachineFacts } from '../engine/machine.ts';
import { checkGgufFile, type GgufFacts } from '../gguf/facts.ts';
import type { Net } from '../net/net.ts';
import type { EnginePrograms } from './engine-programs.ts';
import type { Remotes } from './remotes.ts';
import type { OpenChosen } from './sessions.ts';
import { tellChoice, tellSession } from './tell-decisions.ts';

/** Opening a model: which engine runs it, here or elsewhere. The caller never knows. */

/** What opening works with. */
export interface OpenerOptions {
  readonly settings: Settings;
  readonly net: Net;
  readonly engine: HostEngine;
  readonly machine: () => Promise<MachineFacts>;
  readonly programs: EnginePrograms;
  readonly remotes: Pick<Remotes, 'open'>;
}

/** The opening of models with these settings. */
export function createOpener({ settings, net, engine, machine, programs, remotes }: OpenerOptions): OpenChosen {
  const { choice, contextLength, threads, rpc } = settings.engine;

  /** What there is to choose an engine from, and what is asked of it. */
  async function wishFor(path: string, signal?: AbortSignal): Promise<EngineWish> {
    const isLlamafile = isLlamafilePath(path);
    const model = isLlamafile ? undefined : await checkNamedFile(path, signal);
    return {
      choice,
      isLlamafile,
      isSpread: rpc !== undefined,
      programs: await programs.here(),
      model,
    };
  }

  /** The program of a kind: the file itself where it brings its own. */
  async function programFor(kind: EngineProgram['kind'], path: string): Promise<EngineProgram> {
    const environment = settings.system.childEnvironment;
    const shared = { kind, rpc, environment };
    if (isLlamafilePath(path)) return { ...shared, path, version: await versionOfLlamafile(path, environment) };
    const found = await programs.find(kind);
    return { ...shared, path: found?.path ?? '', version: found?.version };
  }

  return async ({ name, path, remote }, options) => {
    if (remote) {
      const session = await remotes.open({ name, path, remote }, options);
      options.onEvent?.({ type: 'ready' });
      return session;
    }
    const target = { kind: 'file', path, name } as const;
    const how = merged<OpenOptions>({ contextLength, threads }, options);
    if (!isLlamafilePath(path) && rpc === undefined && (choice === 'auto' || choice === 'embedded')) {
      // A file that is in memory was checked, and its engine chosen: looking at it and at the machine again takes 50 ms.
      const session = await engine.openLoaded(target, how);
      if (session) {
        tellSession({ name }, { state: 'shared', engine: session.facts.kind, why: 'it is in memory' });
        return session;
      }
    }
    const wish = await wishFor(path, options.signal);
    const facts = await machine();
    const kind = chooseEngine(facts, wish);
    tellChoice(facts, wish, kind);
    tellSession({ name }, { state: 'opened', engine: kind, contextLength: how.contextLength, threads: how.threads });
    if (kind === 'embedded') return engine.open(target, how);
    for (const host of rpc ?? []) await net.reach(host, { purpose: 'remote-engine', signal: options.signal });
    return engine.open({ ...target, program: await programFor(kind, path) }, how);
  };
}

function isLlamafilePath(path: string): boolean {
  return /\.llamafile(\.exe)?$/i.test(path);
}

async function versionOfLlamafile(path: string, environment: EngineProgram['environment']): Promise<string | undefined> {
  const { versionOf } = await import('../install/add-runtime.ts');
  if (!existsSync(path)) throw new LuciError('NOT_FOUND', `There is no file ${path}.`, { hint: 'luci list' });
  return versionOf('llamafile', path, environment);
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
