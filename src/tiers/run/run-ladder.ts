import type { Tier } from '../../base/model.ts';
import type { Session } from '../../engine/engine.ts';
import { countTier } from '../count-tier.ts';
import type { CaseResult, ModelResult, RunFacts, TierResult } from '../result.ts';
import type { PythonSandbox } from '../sandbox/python.ts';
import { isDecided, sequentialVerdict, tokensPerSecondOf } from '../statistics.ts';
import type { Suite } from '../suite.ts';
import { heldTier } from './held-tier.ts';
import { type AskedTier, plannedCases, runTier } from './run-tier.ts';

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
  /** The last tier that counts. */
  readonly wantedTier: Tier;
  /** The tier it must hold in the end, where that is not the last one that counts. */
  readonly requiredTier?: Tier;
  /** The last tier that is tried; above the wanted one, and after a tier that was not passed, only as a diagnosis. */
  readonly lastTier: Tier;
  /** Goes on after a tier that was not passed. */
  readonly all: boolean;
  /** Ends a tier when its verdict is certain, or as good as certain by Wald's test. */
  readonly fast: boolean;
  /** Goes on with new variants of a graded tier until Wald's test has a verdict. */
  readonly sure?: boolean;
  /** The model thinks before it answers, and may. */
  readonly thinks?: boolean;
  /** As measured, for the time an answer may take. */
  readonly tokensPerSecond?: number;
  /** Questions that are under way at once (default 1). */
  readonly atOnce?: number;
  /** Only these cases. */
  readonly caseIds?: readonly string[];
  /** One part of the cases, for several machines. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** Answers of an earlier run that was cut off, by key. */
  readonly known: ReadonlyMap<string, CaseResult>;
  /** No new case is begun after it, by `performance.now()`: the clock may be set meanwhile. */
  readonly endsAtMs?: number;
  /** Where code is asked for in Python. */
  readonly python?: PythonSandbox;
  readonly onEvent?: (event: LadderEvent) => void;
  readonly signal?: AbortSignal;
}

/** Asks tier by tier as `options` say. Ends only with the signal's reason: failures of engine and sandboxes are answers with the status `error`. */
export async function runLadder(session: Session, options: LadderOptions): Promise<ModelResult> {
  const { suite, wantedTier, lastTier, onEvent } = options;
  // A part of the cases is asked wherever they are: nothing is climbed by it.
  const isPart = isPartOf(options);
  const asked = suite.tiers.filter((tier) => tier <= lastTier && (!isPart || plannedCases(tier, options).length > 0));
  const tiers: TierResult[] = [];
  const cases: CaseResult[] = [];
  let isClimbing = true;
  for (const tier of asked) {
    const mode = isClimbing && tier <= wantedTier ? 'graded' : 'diagnostic';
    if (!isClimbing && !options.all) break;
    const answered = await runTier(session, tier, mode, options);
    cases.push(...answered.done);
    const result = summarize(tier, mode, answered, options);
    tiers.push(result);
    onEvent?.({ type: 'tier', result });
    if (result.verdict !== 'pass' && !isPart) isClimbing = false;
  }
  return resultOf(tiers, cases, options);
}

/** Whether only some of the questions are asked. */
function isPartOf({ caseIds, shard }: LadderOptions): boolean {
  return caseIds !== undefined || shard !== undefined;
}

function resultOf(tiers: readonly TierResult[], cases: readonly CaseResult[], options: LadderOptions): ModelResult {
  const { suite, run, wantedTier, requiredTier = wantedTier } = options;
  const graded = tiers.filter(({ mode }) => mode === 'graded');
  const isPart = tiers.some(({ partOf }) => partOf !== undefined);
  const provenTier = isPart ? -1 : heldTier(tiers);
  const isHeld = provenTier >= Math.min(requiredTier, suite.tiers.at(-1) ?? 0);
  return {
    run,
    tiers,
    provenTier,
    holds: suite.isLadder && !isPart ? isHeld : tiers.every(({ verdict }) => verdict === 'pass'),
    isComplete: graded.every(({ verdict }) => verdict !== 'incomplete'),
    tokensPerSecond: tokensPerSecondOf(run, cases),
    cases,
  };
}

function summarize(tier: Tier, mode: CaseResult['mode'], { done, planned, repeats }: AskedTier, options: LadderOptions): TierResult {
  const { suite, run, fast, sure = false } = options;
  const count = countTier(done, { planned, repeats });
  const { length: cases } = suite.casesOf(tier);
  const isCertain = isDecided(count.passed, count.failed, planned);
  const isSure = sure && mode === 'graded';
  const sequential = isSure || (!sure && fast && !isCertain) ? sequentialVerdict(count.passed, count.failed) : undefined;
  return {
    ...count,
    tier,
    label: suite.isLadder ? undefined : `${run.suite} (${run.suiteHash})`,
    mode,
    total: fast && (isCertain || sequential) ? planned : done.length,
    // A test that stops when it likes what it sees confirms nothing: `confirmed` is counted on all that was planned.
    verdict: sequential ?? (isSure ? 'incomplete' : count.verdict),
    sequential: sequential !== undefined,
    sure: isSure ? (sequential ?? 'open') : undefined,
    repeats,
    partOf: suite.isLadder && isPartOf(options) ? cases : undefined,
  };
}
