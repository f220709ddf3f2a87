import { createHash } from 'node:crypto';
import type { Tier } from '../../base/model.ts';
import type { Session } from '../../engine/engine.ts';
import type { CaseFacts } from '../case.ts';
import { countOf, countTier } from '../count-tier.ts';
import type { CaseResult, ModelResult, RunFacts, TierResult } from '../result.ts';
import type { PythonSandbox } from '../sandbox/python.ts';
import { isDecided, sequentialVerdict, tokensPerSecondOf } from '../statistics.ts';
import type { Suite } from '../suite.ts';
import { runCase } from './run-case.ts';

/** A model climbs: tier 0, then 1, up to its own; each only after the one below was passed. A user's own suite is one step. */

/** News of a run. */
export type LadderEvent =
  | { readonly type: 'case-start'; readonly tier: Tier; readonly caseId: string; readonly done: number; readonly total: number }
  | { readonly type: 'case'; readonly result: CaseResult; readonly isReused: boolean }
  | { readonly type: 'tier'; readonly result: TierResult };

/** How to climb. */
export interface LadderOptions {
  readonly suite: Suite;
  readonly run: RunFacts;
  /** The tier it must hold (default: its native one). */
  readonly wantedTier: Tier;
  /** The last tier that is tried; above the wanted one, and after a tier that was not passed, only as a diagnosis. */
  readonly lastTier: Tier;
  /** Goes on after a tier that was not passed. */
  readonly all: boolean;
  /** Ends a tier when its verdict is certain, or as good as certain by Wald's test. */
  readonly fast: boolean;
  /** The model thinks before it answers, and may. */
  readonly thinks?: boolean;
  /** As measured, for the time an answer may take. */
  readonly tokensPerSecond?: number;
  /** Only these cases. */
  readonly caseIds?: readonly string[];
  /** One part of the cases, for several machines. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** Answers of an earlier run that was cut off, by key. */
  readonly known: ReadonlyMap<string, CaseResult>;
  /** No new case is begun after it. */
  readonly endsAtMs?: number;
  /** Where code is asked for in Python. */
  readonly python?: PythonSandbox;
  readonly onEvent?: (event: LadderEvent) => void;
  readonly signal?: AbortSignal;
}

/** Asks tier by tier as `options` say. Ends only with the signal's reason: failures of engine and sandboxes are answers with the status `error`. */
export async function runLadder(session: Session, options: LadderOptions): Promise<ModelResult> {
  const { suite, run, wantedTier, lastTier, all, onEvent } = options;
  const tiers: TierResult[] = [];
  const cases: CaseResult[] = [];
  let isClimbing = true;
  for (const tier of suite.tiers) {
    if (tier > lastTier) break;
    const mode = isClimbing && tier <= wantedTier ? 'graded' : 'diagnostic';
    if (mode === 'diagnostic' && !isClimbing && !all) break;
    const done = await runTier(session, tier, mode, options);
    cases.push(...done);
    const result = summarize(tier, mode, done, options);
    tiers.push(result);
    onEvent?.({ type: 'tier', result });
    if (result.verdict !== 'pass') isClimbing = false;
  }
  const graded = tiers.filter(({ mode }) => mode === 'graded');
  const provenTier =
    tiers.findIndex(({ verdict }) => verdict !== 'pass') === -1
      ? tiers.length - 1
      : tiers.findIndex(({ verdict }) => verdict !== 'pass') - 1;
  return {
    run,
    tiers,
    provenTier,
    holds: suite.isLadder ? provenTier >= Math.min(wantedTier, suite.tiers.at(-1) ?? 0) : tiers.every(({ verdict }) => verdict === 'pass'),
    isComplete: graded.every(({ verdict }) => verdict !== 'incomplete'),
    tokensPerSecond: tokensPerSecondOf(cases),
    cases,
  };
}

async function runTier(session: Session, tier: Tier, mode: CaseResult['mode'], options: LadderOptions): Promise<CaseResult[]> {
  const { suite, run, onEvent, signal, known, fast, endsAtMs, python } = options;
  const asked = plannedCases(tier, options);
  const done: CaseResult[] = [];
  for (const [index, { definition, variant }] of asked.entries()) {
    const key = keyOf(run, definition, variant);
    const earlier = known.get(key);
    if (earlier) {
      done.push({ ...earlier, mode });
      onEvent?.({ type: 'case', result: { ...earlier, mode }, isReused: true });
      continue;
    }
    const [passed, failed] = [countOf(done, 'pass'), countOf(done, 'fail')];
    if (fast && (isDecided(passed, failed, asked.length) || sequentialVerdict(passed, failed))) break;
    if (endsAtMs !== undefined && Date.now() > endsAtMs) break;
    onEvent?.({ type: 'case-start', tier, caseId: definition.id, done: index, total: asked.length });
    const instance = suite.instanceOf(definition.id, run.seed, variant, run.language);
    const { thinks, tokensPerSecond } = options;
    const answer = await runCase(session, { definition, instance, tier }, { signal, python, thinks, tokensPerSecond });
    const result: CaseResult = { key, tier, mode, caseId: definition.id, variant, ...answer };
    done.push(result);
    onEvent?.({ type: 'case', result, isReused: false });
  }
  return done;
}

/** The cases of a tier with their variants: all cases once, then all again, so that a run that is cut off has seen every ability. */
export function plannedCases(
  tier: Tier,
  { suite, run, caseIds, shard }: Pick<LadderOptions, 'suite' | 'run' | 'caseIds' | 'shard'>,
): readonly { readonly definition: CaseFacts; readonly variant: number }[] {
  const chosen = suite.casesOf(tier).filter(({ id }) => caseIds === undefined || caseIds.includes(id));
  // Asking the same once more would only give the same answer.
  const all = Array.from({ length: run.repeats }, (_, variant) =>
    chosen.filter(({ variants = Number.POSITIVE_INFINITY }) => variant < variants).map((definition) => ({ definition, variant })),
  ).flat();
  return shard ? all.filter((_, index) => index % shard.count === shard.index - 1) : all;
}

/** Everything an answer depends on. */
function keyOf(run: RunFacts, { id }: CaseFacts, variant: number): string {
  const parts = [
    run.suiteHash,
    id,
    run.seed,
    variant,
    run.modelSha256,
    run.engine,
    run.contextLength,
    run.toolPath,
    run.sampling,
    run.language,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

function summarize(tier: Tier, mode: CaseResult['mode'], done: readonly CaseResult[], options: LadderOptions): TierResult {
  const { suite, run, fast } = options;
  const planned = plannedCases(tier, options).length;
  const count = countTier(done, { planned, repeats: run.repeats });
  const isCertain = isDecided(count.passed, count.failed, planned);
  const sequential = fast && !isCertain ? sequentialVerdict(count.passed, count.failed) : undefined;
  return {
    ...count,
    tier,
    label: suite.isLadder ? undefined : `${run.suite} (${run.suiteHash})`,
    mode,
    total: fast && (isCertain || sequential) ? planned : done.length,
    // A test that stops when it likes what it sees confirms nothing: `confirmed` is counted on all that was planned.
    verdict: sequential ?? count.verdict,
    sequential: sequential !== undefined,
    repeats: run.repeats,
  };
}
