import { createHash } from 'node:crypto';
import type { Tier } from '../../base/model.ts';
import type { Session } from '../../engine/engine.ts';
import type { CaseFacts } from '../case.ts';
import { countOf } from '../count-tier.ts';
import type { CaseResult, RunFacts } from '../result.ts';
import { isDecided, sequentialVerdict } from '../statistics.ts';
import { runCase } from './run-case.ts';
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

interface AskOptions extends LadderOptions {
  readonly tier: Tier;
  readonly mode: CaseResult['mode'];
  /** Answers of the tier that are there already. */
  readonly before: readonly CaseResult[];
}

/** Asks one after the other; fewer come back where time is over or the verdict is certain. */
async function askAll(session: Session, asked: readonly PlannedCase[], options: AskOptions): Promise<readonly CaseResult[]> {
  const { suite, run, tier, mode, before, onEvent, signal, known, fast, endsAtMs, python } = options;
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
    if (endsAtMs !== undefined && performance.now() > endsAtMs) break;
    onEvent?.({ type: 'case-start', tier, caseId: definition.id, done: before.length + index, total: before.length + asked.length });
    const instance = suite.instanceOf(definition.id, run.seed, variant, run.language);
    const { thinks, tokensPerSecond } = options;
    const answer = await runCase(session, { definition, instance, tier }, { signal, python, thinks, tokensPerSecond });
    const result: CaseResult = { key, tier, mode, caseId: definition.id, ability: definition.ability, variant, ...answer };
    done.push(result);
    onEvent?.({ type: 'case', result, isReused: false });
  }
  return done;
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
