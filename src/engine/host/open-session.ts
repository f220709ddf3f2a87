import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { version } from '../../base/version.ts';
import { checkGgufFile } from '../../gguf/facts.ts';
import { estimateMemory } from '../../gguf/memory-estimate.ts';
import { createNet } from '../../net/create-net.ts';
import { openChild } from '../child/open-child.ts';
import { flavorOf } from '../child/server-flavor.ts';
import { defaultContextLength } from '../defaults.ts';
import type { EngineProgram, LoadEvent } from '../engine.ts';
import type { OpenedModel, OpeningOptions, SessionOpener } from './loaded-models.ts';
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

/** Estimates, then opens. States of the engine in this process are kept in `stateFolder`. */
export function createSessionOpener(stateFolder: string): SessionOpener {
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
      return (await embedded()).openEmbedded(target, { stateFolder: join(stateFolder, 'prompts'), ...options });
    },
  };
}

async function estimate(target: HostTarget): Promise<number> {
  if (!target.program) return (await embedded()).estimateEmbedded(target);
  // A program with weights of its own is about as large in memory as on the disk.
  if (target.program.path === target.path) return (await stat(target.path)).size;
  const facts = await checkGgufFile(target.path);
  return estimateMemory(facts, { contextLength: contextLengthOf(target, facts.contextLength) }).totalBytes;
}

async function openProgram(target: HostTarget, program: EngineProgram, { onEvent }: OpeningOptions): Promise<OpenedModel> {
  const { path, name, threads } = target;
  const { kind, version: release, rpc, environment } = program;
  const options = { flavor: flavorOf(kind, release), program: program.path, net, environment, rpc };
  // Ready it is when the caller has it, whatever runs it.
  const tell = (event: LoadEvent): void => {
    if (event.type !== 'ready') onEvent(event);
  };
  const how = { contextLength: contextLengthOf(target, undefined), threads, onEvent: tell };
  const session = await openChild(options, { kind: 'file', path, name }, how);
  const modelName = program.path === path ? undefined : (await checkGgufFile(path)).name;
  const named = { ...session, facts: { ...session.facts, modelName } };
  return { session: named, memoryBytes: await estimate(target), ended: session.ended };
}

function contextLengthOf({ contextLength }: HostTarget, trained: number | undefined): number {
  return contextLength ?? Math.min(defaultContextLength, trained ?? defaultContextLength);
}
