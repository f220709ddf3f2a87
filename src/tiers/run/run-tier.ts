import type { Tier } from '../../base/model.ts';
import type { Session } from '../../engine/engine.ts';
import type { CaseFacts } from '../case.ts';
import { countOf } from '../count-tier.ts';
import type { CaseResult } from '../result.ts';
import { sequentialVerdict } from '../statistics.ts';
import { askAll } from './ask-questions.ts';
import type { LadderOptions } from './run-ladder.ts';

/** One tier put to a model: which questions in which order, and when it ends. */

/** A question: a case and which variant of it. */
export interface PlannedCase {
  readonly definition: CaseFacts;
  readonly variant: number;
}

/** What was asked of a tier. */
export interface AskedTier {
  readonly done: readonly CaseResult[];
  /** Questions that were to be asked. */
  readonly planned: number;
  /** Variants of each case among them. */
  readonly repeats: number;
}

/** Asks a tier. With `sure` it goes on, round by round, until the sequential test has a verdict, time is over or nothing new can be asked. */
export async function runTier(session: Session, tier: Tier, mode: CaseResult['mode'], options: LadderOptions): Promise<AskedTier> {
  const { run, sure } = options;
  const first = plannedCases(tier, options);
  if (!sure || mode === 'diagnostic')
    return { done: await askAll(session, first, { ...options, tier, mode, before: [] }), planned: first.length, repeats: run.repeats };
  let done: readonly CaseResult[] = [];
  let planned = 0;
  let repeats = 0;
  for (let asked = first; asked.length > 0; asked = roundOf(tier, options, repeats)) {
    const answers = await askAll(session, asked, { ...options, tier, mode, before: done });
    done = [...done, ...answers];
    planned += asked.length;
    repeats = repeats === 0 ? run.repeats : repeats + 1;
    // Only after whole rounds: a look in the middle of one would depend on which cases come first.
    const isOver = answers.length < asked.length || answers.every(({ status }) => status === 'error');
    if (isOver || sequentialVerdict(countOf(done, 'pass'), countOf(done, 'fail'))) break;
  }
  return { done, planned, repeats };
}

/** The cases of a tier with their variants: all cases once, then all again, so that a run that is cut off has seen every ability. */
export function plannedCases(
  tier: Tier,
  { suite, run, caseIds, shard }: Pick<LadderOptions, 'suite' | 'run' | 'caseIds' | 'shard'>,
): readonly PlannedCase[] {
  const all = Array.from({ length: run.repeats }, (_, variant) => roundOf(tier, { suite, run, caseIds }, variant)).flat();
  return shard ? all.filter((_, index) => index % shard.count === shard.index - 1) : all;
}

type RoundOptions = Pick<LadderOptions, 'suite' | 'run' | 'caseIds'>;

/** One variant of each case; asking the same once more would only give the same answer, and what does not fit into the context none. */
function roundOf(tier: Tier, { suite, run, caseIds }: RoundOptions, variant: number): readonly PlannedCase[] {
  return suite
    .casesOf(tier)
    .filter(({ id, variants = Number.POSITIVE_INFINITY }) => variant < variants && (caseIds?.includes(id) ?? true))
    .filter(({ contextTokens = 0 }) => contextTokens <= run.contextLength)
    .map((definition) => ({ definition, variant }));
}
