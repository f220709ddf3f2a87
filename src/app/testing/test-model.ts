import os from 'node:os';

import { toolWayOf } from '../../agent/tool-way.ts';
import type { Sha256, Tier } from '../../base/model.ts';

import { version } from '../../base/version.ts';
import type { EngineFacts } from '../../engine/engine.ts';
import type { MachineFacts } from '../../engine/machine.ts';
import { saveTestRecord } from '../../store/test-records.ts';
import { abilityShares } from '../../tiers/ability-shares.ts';
import { gradedSampling, thinkingTokens } from '../../tiers/asking.ts';
import type { Language } from '../../tiers/case.ts';
import { unfinishedRun } from '../../tiers/find-run.ts';
import type { ModelResult, RunFacts } from '../../tiers/result.ts';
import { estimateMs } from '../../tiers/run/estimate.ts';
import { runLadder } from '../../tiers/run/run-ladder.ts';
import { warmUp } from '../../tiers/run/warm-up.ts';
import { openRunLog } from '../../tiers/run-log.ts';
import type { PythonSandbox } from '../../tiers/sandbox/python.ts';
import type { Suite } from '../../tiers/suite.ts';
import type { TestedModel, TestingTools, TestOptions } from './options.ts';

/** `luci test` of one model: a session, a log, the ladder, and what is proven by it. */

/** Tokens of the context every graded run has, where the model was trained for so many; a model that thinks has room for that too. */
const contextLength = 8192;
const maxThinkingTokens = Math.max(...thinkingTokens);

/** A test that takes longer is asked about first. */
const askAboveMs = 30 * 60_000;

/** What all models of a run are asked with. */
export interface Setting {
  readonly suite: Suite;
  readonly sandboxes: RunFacts['sandboxes'];
  readonly language: Language;
  readonly python: PythonSandbox | undefined;
}

/** Tests one model; undefined when the person asked says no. */
export async function testModel(
  tools: TestingTools,
  model: TestedModel,
  { suite, sandboxes, language, python }: Setting,
  options: TestOptions,
): Promise<ModelResult | undefined> {
  const { signal, onEvent, onLoad, repeats = 1, seed = '0', caseIds, shard, fresh = false, force } = options;
  const opening = { signal, force, onEvent: onLoad };
  const modelSha256 = await tools.digestOf(model.name, signal);
  const trained = model.facts?.contextLength ?? contextLength;
  const length = options.contextLength ?? Math.min(contextLength, trained);
  let session = await tools.open(model.name, { contextLength: length, ...opening });
  // The session that is open in the end.
  await using _ = { [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  const { tokensPerSecond, thinks } = await warmUp(session, signal);
  if (needsMoreRoom(thinks, { length, trained })) {
    await session[Symbol.asyncDispose]();
    session = await tools.open(model.name, { contextLength: Math.min(contextLength + maxThinkingTokens, trained), ...opening });
  }
  const asked = { suite, seed, repeats, language, sandboxes };
  const run = runFactsOf(model, modelSha256, session.facts, await tools.machine(), asked);
  const part = { caseIds, shard };
  const { wantedTier, lastTier } = tiersOf(suite, model, options);
  const earlier = fresh ? undefined : unfinishedRun(tools.logsFolder, run);
  const known = new Map((earlier?.answers ?? []).filter(({ status }) => status !== 'error').map((answer) => [answer.key, answer]));
  const estimatedMs = estimateMs({ suite, run, ...part }, lastTier, { tokensPerSecond, thinks, known: known.size });
  const maxMs = Math.min(estimatedMs, (options.maxMinutes ?? Number.POSITIVE_INFINITY) * 60_000);
  if (maxMs > askAboveMs && options.confirm && !(await options.confirm(model.name, maxMs))) return undefined;
  const log = openRunLog(tools.logsFolder, run, earlier?.path);
  onEvent?.({ type: 'model', run, isLadder: suite.isLadder, tokensPerSecond, thinks, estimatedMs, logPath: log.path, reused: known.size });
  const result = await runLadder(session, {
    suite,
    run,
    wantedTier,
    lastTier,
    all: options.all ?? false,
    fast: options.fast ?? false,
    thinks,
    tokensPerSecond,
    known,
    python,
    ...part,
    endsAtMs: options.maxMinutes === undefined ? undefined : Date.now() + options.maxMinutes * 60_000,
    signal,
    onEvent: (event) => {
      if (event.type === 'case' && !event.isReused) log.write({ type: 'answer', ...event.result });
      if (event.type === 'tier') log.write({ type: 'tier', ...event.result });
      onEvent?.({ ...event, model: model.name });
    },
  });
  log.write({ type: 'end', at: new Date().toISOString() });
  // A part of the cases proves nothing of the whole; and behind an address another model may stand tomorrow.
  if (!model.remote && suite.isLadder && caseIds === undefined && shard === undefined && result.isComplete) {
    const top = result.tiers.find(({ tier }) => tier === result.provenTier);
    await saveTestRecord(tools.stateFolder, model.name, {
      sha256: modelSha256,
      tier: result.provenTier,
      confirmed: top?.confirmed ?? false,
      suiteHash: run.suiteHash,
      abilities: abilityShares(suite, result.cases),
      at: run.startedAt,
    });
  }
  onEvent?.({ type: 'model-end', result });
  return result;
}

/** A model that thinks takes more than the usual context, where it was trained for more and nobody said how much. */
function needsMoreRoom(thinks: boolean, { length, trained }: { readonly length: number; readonly trained: number }): boolean {
  return thinks && length === contextLength && trained > length;
}

/** The tier that must be held, and the last one that is tried. */
export function tiersOf(
  suite: Suite,
  { entry }: TestedModel,
  { minTier, tier }: TestOptions,
): { readonly wantedTier: Tier; readonly lastTier: Tier } {
  const highest = (suite.tiers.at(-1) ?? 0) as Tier;
  if (!suite.isLadder) return { wantedTier: highest, lastTier: highest };
  const nativeTier = entry?.tier ?? 0;
  const wantedTier = (minTier ?? nativeTier) as Tier;
  return { wantedTier, lastTier: (tier ?? Math.max(wantedTier, nativeTier)) as Tier };
}

/** Line 1 of the log. */
function runFactsOf(
  { name, entry, facts }: TestedModel,
  modelSha256: Sha256,
  engine: EngineFacts,
  { physicalCores, totalMemoryBytes }: MachineFacts,
  { suite, ...asked }: Pick<Setting, 'suite' | 'language' | 'sandboxes'> & Pick<RunFacts, 'seed' | 'repeats'>,
): RunFacts {
  return {
    type: 'run',
    version: 1,
    startedAt: new Date().toISOString(),
    luciVersion: version,
    suite: `${suite.name} ${suite.version}`,
    suiteHash: suite.hash,
    model: name,
    modelSha256,
    quantization: facts?.quantization ?? entry?.quantization ?? 'unknown',
    nativeTier: entry?.tier ?? 0,
    engine: `${engine.kind} ${engine.version}`,
    device: engine.device,
    contextLength: engine.contextLength,
    modelKind: engine.modelKind,
    toolPath: toolWayOf(engine) === 'native' ? 'template' : 'grammar',
    sampling: { temperature: gradedSampling.temperature, seed: gradedSampling.seed },
    machine: { system: `${os.type()} ${os.release()} ${os.arch()}`, cores: physicalCores, memoryBytes: totalMemoryBytes },
    ...asked,
  };
}
