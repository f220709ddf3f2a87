import type { Tier } from '../base/model.ts';
import { ladderName } from '../base/suite-name.ts';
import { countOf, countTier } from './count-tier.ts';
import type { CaseResult, RunFacts, TierResult } from './result.ts';
import type { ReadLog } from './run-log.ts';
import { pairedExact } from './statistics.ts';

/** Whether a model got worse: a run against an earlier one, tier by tier, on the questions both were to answer. */

/** What became of a tier. */
export interface TierChange {
  readonly tier: Tier;
  /** What it is called where it is no rung of the ladder, as in {@link TierResult.label}. */
  readonly label?: string;
  /** Questions that were asked in either run; those without an answer in one of them are open in it. */
  readonly questions: number;
  readonly passed: readonly [before: number, now: number];
  readonly verdicts: readonly [before: TierResult['verdict'], now: TierResult['verdict']];
  /** Questions with an answer in both runs, and those of them that only one run passes. */
  readonly pairs: number;
  readonly passedInPairs: readonly [before: number, now: number];
  readonly lost: number;
  readonly won: number;
  /** Two-sided p of the pairs that differ, cases taken as a whole. */
  readonly p: number;
  /**
   * `verdict`: it was passed and is not passed any more. `difference`: more was lost than chance explains. `undecided`: it may have
   * been passed, may not be passed now, and too many answers are missing to say.
   */
  readonly regression: 'verdict' | 'difference' | 'undecided' | 'none';
}

/** All tiers together; what is shown outweighs what is undecided. */
export function regressionOf(tiers: readonly TierChange[]): 'shown' | 'undecided' | 'none' {
  if (tiers.some(({ regression }) => regression === 'verdict' || regression === 'difference')) return 'shown';
  return tiers.some(({ regression }) => regression === 'undecided') ? 'undecided' : 'none';
}

/** Chance that a model which is no worse is said to be so by the pairs of any tier. */
const falseAlarms = 0.05;

/** Every tier the earlier run has answers of. `isSameQuestion` leaves out what the runs were asked in different words. */
export function tierChanges(before: ReadLog, now: ReadLog, isSameQuestion: (answer: CaseResult) => boolean): readonly TierChange[] {
  // A run of three repeats was asked more than one of one; that is no reason to be undecided.
  const repeats = Math.min(before.run.repeats, now.run.repeats);
  const asked = (log: ReadLog): readonly CaseResult[] => log.answers.filter((answer) => answer.variant < repeats && isSameQuestion(answer));
  const tiers = [...new Set(asked(before).map(({ tier }) => tier))].sort();
  const of = (log: ReadLog, tier: Tier): readonly CaseResult[] => asked(log).filter((answer) => answer.tier === tier);
  return tiers.map((tier) => tierChange(tier, before.run, [of(before, tier), of(now, tier)], falseAlarms / tiers.length));
}

function tierChange(
  tier: Tier,
  { suite, suiteHash, repeats }: RunFacts,
  answers: readonly [readonly CaseResult[], readonly CaseResult[]],
  level: number,
): TierChange {
  const [before, now] = answers.map((own) => new Map(own.map((answer) => [`${answer.caseId}/${answer.variant}`, answer]))) as [
    Map<string, CaseResult>,
    Map<string, CaseResult>,
  ];
  const ids = [...new Set([...before.keys(), ...now.keys()])];
  const planned = { planned: ids.length, repeats };
  const counts = [countTier([...before.values()], planned), countTier([...now.values()], planned)] as const;
  // How much more of each case was lost than won.
  const balances = new Map<string, number>();
  let [lost, won] = [0, 0];
  const both: CaseResult[] = [];
  for (const id of ids) {
    const [a, b] = [before.get(id), now.get(id)];
    if (!a || !b || a.status === 'error' || b.status === 'error') continue;
    both.push(a);
    const change = (a.status === 'pass' ? 1 : 0) - (b.status === 'pass' ? 1 : 0);
    if (change > 0) lost += 1;
    if (change < 0) won += 1;
    balances.set(a.caseId, (balances.get(a.caseId) ?? 0) + change);
  }
  const p = pairedExact([...balances.values()]);
  const verdicts = [counts[0].verdict, counts[1].verdict] as const;
  const isWorse = lost > won && p < level;
  return {
    tier,
    label: suite.startsWith(`${ladderName} `) ? undefined : `${suite} (${suiteHash})`,
    questions: ids.length,
    passed: [counts[0].passed, counts[1].passed],
    verdicts,
    pairs: both.length,
    passedInPairs: [countOf(both, 'pass'), countOf(both, 'pass') - lost + won],
    lost,
    won,
    p,
    regression: regressionIn(verdicts, isWorse),
  };
}

function regressionIn([before, now]: TierChange['verdicts'], isWorse: boolean): TierChange['regression'] {
  if (before === 'pass' && now === 'fail') return 'verdict';
  if (isWorse) return 'difference';
  // What was not passed cannot fall, and what is passed has not fallen.
  return before === 'fail' || now === 'pass' ? 'none' : 'undecided';
}
