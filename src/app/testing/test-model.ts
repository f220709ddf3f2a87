import os from 'node:os';

import { toolWayOf } from '../../agent/tool-way.ts';
import type { Sha256 } from '../../base/model.ts';

import { version } from '../../base/version.ts';
import type { EngineFacts } from '../../engine/engine.ts';
import type { MachineFacts } from '../../engine/machine.ts';
import { abilityResults } from '../../tiers/ability-shares.ts';
import { gradedSampling, thinkingTokens } from '../../tiers/asking.ts';
import { isBeyond } from '../../tiers/beyond/beyond-suites.ts';
import { effectiveContext } from '../../tiers/beyond/effective-context.ts';
import type { Language } from '../../tiers/case.ts';
import { unfinishedRun } from '../../tiers/find-run.ts';
import type { ModelResult, RunFacts } from '../../tiers/result.ts';
import { estimateMs } from '../../tiers/run/estimate.ts';
import { runLadder } from '../../tiers/run/run-ladder.ts';
import { warmUp } from '../../tiers/run/warm-up.ts';
import { openRunLog } from '../../tiers/run-log.ts';
import type { PythonSandbox } from '../../tiers/sandbox/python.ts';
import type { Suite } from '../../tiers/suite.ts';
import { nativeTierOf, tiersOf } from './asked-tiers.ts';
import type { TestedModel, TestingTools, TestOptions } from './options.ts';
import { record } from './record-result.ts';

/** `luci test` of one model: a session, a log, the ladder, and what is proven by it. */

/** Tokens of the context every graded run has, where the model was trained for so many; a model that thinks has room for that too. */
const contextLength = 8192;
const maxThinkingTokens = Math.max(...thinkingTokens);

/** A test that takes longer is asked about first. */
const askAboveMs = 30 * 60_000;

/** A test that goes on until it is sure ends after so long, unless told otherwise. */
const sureMinutes = 60;

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
  const { signal, onEvent, onLoad, repeats = 1, seed = '0', caseIds, shard, fresh = false, sure = false, force } = options;
  const opening = { signal, force, onEvent: onLoad };
  const modelSha256 = await tools.digestOf(model.name, signal);
  const { length, trained } = contextOf(suite, model, options);
  let session = await tools.open(model.name, { contextLength: length, ...opening });
  // The session that is open in the end.
  await using _ = { [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
  const { tokensPerSecond, thinks } = await warmUp(session, signal);
  if (needsMoreRoom(thinks, { length, trained })) {
    await session[Symbol.asyncDispose]();
    session = await tools.open(model.name, { contextLength: Math.min(contextLength + maxThinkingTokens, trained), ...opening });
  }
  const asked = { suite, seed, repeats, shard, language, sandboxes };
  const run = { ...runFactsOf(model, modelSha256, session.facts, await tools.machine(), asked), tokensPerSecond };
  const atOnce = options.parallel ?? session.facts.repeatableAtOnce ?? 1;
  const part = { caseIds, shard };
  const { lastTier, ...tiers } = tiersOf(suite, model, options);
  const earlier = fresh ? undefined : unfinishedRun(tools.logsFolder, run);
  const known = new Map((earlier?.answers ?? []).filter(({ status }) => status !== 'error').map((answer) => [answer.key, answer]));
  const estimatedMs = estimateMs({ suite, run, ...part }, lastTier, { tokensPerSecond, thinks, atOnce, known: known.size, sure });
  const limitMs = limitOf(options);
  const maxMs = Math.min(estimatedMs, limitMs ?? Number.POSITIVE_INFINITY);
  if (maxMs > askAboveMs && options.confirm && !(await options.confirm(model.name, maxMs))) return undefined;
  const log = openRunLog(tools.logsFolder, run, earlier?.path);
  const { isLadder } = suite;
  onEvent?.({ type: 'model', run, isLadder, tokensPerSecond, thinks, estimatedMs, limitMs, logPath: log.path, reused: known.size });
  const climbed = await runLadder(session, {
    suite,
    run,
    ...tiers,
    lastTier,
    all: options.all ?? false,
    fast: options.fast ?? false,
    sure,
    thinks,
    tokensPerSecond: tokensPerSecond / atOnce,
    atOnce,
    known,
    python,
    ...part,
    endsAtMs: limitMs === undefined ? undefined : performance.now() + limitMs,
    signal,
    onEvent: (event) => {
      if (event.type === 'case' && !event.isReused) log.write({ type: 'answer', ...event.result });
      if (event.type === 'tier') log.write({ type: 'tier', ...event.result });
      onEvent?.({ ...event, model: model.name });
    },
  });
  const result = isBeyond(suite)
    ? { ...climbed, effectiveContext: effectiveContext(climbed.cases), abilities: abilityResults(climbed.cases) }
    : climbed;
  // What is not sure yet goes on the next time.
  if (!result.tiers.some(({ sure: verdict }) => verdict === 'open')) log.write({ type: 'end', at: new Date().toISOString() });
  if (!model.remote) await record(tools, { suite, isPart: caseIds !== undefined || shard !== undefined }, result);
  onEvent?.({ type: 'model-end', result });
  return result;
}

/** How long it may take, where there is a limit. */
function limitOf({ maxMinutes, sure = false }: TestOptions): number | undefined {
  const minutes = maxMinutes ?? (sure ? sureMinutes : undefined);
  return minutes === undefined ? undefined : minutes * 60_000;
}

/** Tokens of the context it is opened with, and of the one it was trained for, as far as that is known. */
function contextOf(suite: Suite, { facts }: TestedModel, { contextLength: told }: TestOptions): { length: number; trained: number } {
  const wanted = suite.contextTokens ?? contextLength;
  const trained = facts?.contextLength ?? wanted;
  return { length: told ?? Math.min(wanted, trained), trained };
}

/** A model that thinks takes more than the usual context, where it was trained for more and nobody said how much. */
function needsMoreRoom(thinks: boolean, { length, trained }: { readonly length: number; readonly trained: number }): boolean {
  return thinks && length === contextLength && trained > length;
}

/** Line 1 of the log. */
function runFactsOf(
  { name, entry, facts, remote }: TestedModel,
  modelSha256: Sha256,
  engine: EngineFacts,
  { physicalCores, totalMemoryBytes }: MachineFacts,
  { suite, ...asked }: Pick<Setting, 'suite' | 'language' | 'sandboxes'> & Pick<RunFacts, 'seed' | 'repeats' | 'shard'>,
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
    nativeTier: nativeTierOf({ entry, remote }),
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
