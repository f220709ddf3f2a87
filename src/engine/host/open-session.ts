import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { version } from '../../base/version.ts';
import { checkGgufFile, type GgufFacts } from '../../gguf/facts.ts';
import { estimateMemory } from '../../gguf/memory-estimate.ts';
import { createNet } from '../../net/create-net.ts';
import { openChild } from '../child/open-child.ts';
import { flavorOf } from '../child/server-flavor.ts';
import { contextLengthFor } from '../context-length.ts';
import { minContextLength } from '../defaults.ts';
import type { EngineProgram, LoadEvent } from '../engine.ts';
import type { OpenedModel, OpeningOptions, SessionOpener } from './model-loading.ts';
import type { HostTarget } from './protocol.ts';
import { tryFile } from './trial.ts';
import { fingerprintOf, openTrialRecord } from './trial-record.ts';

/** How the engine process opens a model: by the engine in itself, or by a server program as its child. */

/** Native code's wrapper takes half a second to load, and a child needs none of it. */
const embedded = () => import('../embedded/open-embedded.ts');

/**
 * State of this module, one for the life of the engine process: a way outward that is closed. Children listen on this machine only;
 * nothing else is ever reached from here.
 */
const net = createNet({ offline: true, proxy: { none: [] }, userAgent: `luci/${version}` });

/** Estimates, then opens. States of the engine in this process are kept in `stateFolder`; `poolSize` threads of it call the library. */
export function createSessionOpener(stateFolder: string, poolSize: number): SessionOpener {
  const record = openTrialRecord(stateFolder);
  const tryFirst = async (target: HostTarget, signal: AbortSignal): Promise<void> => {
    const { path, name, threads = 1, force } = target;
    const fingerprint = await fingerprintOf(path, version);
    await tryFile({ path, name, threads }, { record, fingerprint, force, signal, expectedBytes: await estimate(target) });
  };
  return {
    estimate,
    async open(target, options) {
      // A first load is tried in another process before anything of it is here, and a server program says nothing of its loading.
      options.onEvent({ type: 'loading', fraction: 0, name: target.name });
      if (target.program) return openProgram(target, target.program, options);
      await tryFirst(target, options.signal);
      return (await embedded()).openEmbedded(target, { stateFolder: join(stateFolder, 'prompts'), poolSize, ...options });
    },
  };
}

async function estimate(target: HostTarget, freeBytes?: number): Promise<number> {
  if (target.program) return (await planOf(target, freeBytes)).memoryBytes;
  return (await embedded()).estimateEmbedded(target, freeBytes);
}

/** What is known of a model before a program loads it; facts only where it has a file of its own. */
interface ProgramPlan {
  readonly contextLength: number;
  readonly memoryBytes: number;
  readonly facts?: GgufFacts;
}

/** Made once for the estimate and the opening that follows. */
const plans = new WeakMap<HostTarget, Promise<ProgramPlan>>();

function planOf(target: HostTarget, freeBytes?: number): Promise<ProgramPlan> {
  const known = plans.get(target) ?? makePlan(target, freeBytes);
  plans.set(target, known);
  return known;
}

async function makePlan({ path, program, contextLength }: HostTarget, freeBytes?: number): Promise<ProgramPlan> {
  // A program with weights of its own is about as large in memory as on the disk.
  if (program?.path === path) return { contextLength: contextLength ?? minContextLength, memoryBytes: (await stat(path)).size };
  const facts = await checkGgufFile(path);
  const length = contextLengthFor(facts, { contextLength, freeBytes });
  return { contextLength: length, memoryBytes: estimateMemory(facts, { contextLength: length }).totalBytes, facts };
}

async function openProgram(target: HostTarget, program: EngineProgram, { onEvent }: OpeningOptions): Promise<OpenedModel> {
  const { path, name, threads } = target;
  const { kind, version: release, rpc, environment } = program;
  const { contextLength, memoryBytes, facts } = await planOf(target);
  const options = { flavor: flavorOf(kind, release), program: program.path, net, environment, rpc };
  // Ready it is when the caller has it, whatever runs it.
  const tell = (event: LoadEvent): void => {
    if (event.type !== 'ready') onEvent(event);
  };
  const how = { contextLength, threads, onEvent: tell, modelKind: facts?.kind, trainedContextLength: facts?.contextLength };
  const session = await openChild(options, { kind: 'file', path, name }, how);
  const named = { ...session, facts: { ...session.facts, modelName: facts?.name } };
  return { session: named, memoryBytes, ended: session.ended };
}
