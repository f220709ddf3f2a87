import { allTiers, type Tier } from '../../base/model.ts';
import { ladderName, suiteNameOf } from '../../base/suite-name.ts';
import { countOf, countTier } from '../count-tier.ts';
import type { CaseResult, ModelResult, RunFacts, TierResult } from '../result.ts';
import { heldTier } from '../run/held-tier.ts';
import { tokensPerSecondOf } from '../statistics.ts';
import { casesOf, highestTier } from '../suite.ts';

/** What a report shows, reckoned from runs: plain values that charts and tables draw. */

/** A run as a log has it. Tiers may be missing where it was cut off or merged; they are counted from the answers then. */
export type ReportedRun = Pick<ModelResult, 'run' | 'tiers' | 'cases'>;

/** One model of a report. */
export interface ReportedModel extends ReportedRun {
  /** Position in the report, from 1: charts say the number where a name is too long. */
  readonly number: number;
  /** The highest tier it holds without a gap from 0; -1 for none. */
  readonly provenTier: number;
  readonly isComplete: boolean;
  readonly tokensPerSecond: number;
  /** Cases passed over the whole ladder, a case with repeats by the share of its answers; what was not asked is not passed. */
  readonly casesPassed: number;
  readonly abilities: readonly Count[];
}

/** How many answers of a kind there are. */
export interface Count {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
}

/** Models of a report in the order they are given. */
export function reportedModels(runs: readonly ReportedRun[]): readonly ReportedModel[] {
  return runs.map(({ run, tiers, cases }, index) => {
    const all = withAllTiers(tiers, cases, run);
    return {
      number: index + 1,
      run,
      cases,
      tiers: all,
      provenTier: isOwn({ run }) || all.some(({ partOf }) => partOf !== undefined) ? -1 : heldTier(all),
      isComplete: all.length > 0 && all.every(({ mode, verdict }) => mode === 'diagnostic' || verdict !== 'incomplete'),
      tokensPerSecond: tokensPerSecondOf(run, cases),
      casesPassed: sum(groups(cases, ({ caseId }) => caseId).map(({ passed, failed }) => passed / Math.max(1, passed + failed))),
      abilities: groups(cases, abilityOf),
    };
  });
}

/** Whether a run is of another suite than the ladder. */
export function isOwn({ run }: Pick<ReportedRun, 'run'>): boolean {
  return suiteNameOf(run) !== ladderName;
}

/** Whether it holds its own tier, or any where that is unknown. */
export function holdsOwnTier({ provenTier, run }: Pick<ReportedModel, 'provenTier' | 'run'>): boolean {
  return provenTier >= Math.min(run.nativeTier ?? 0, highestTier);
}

/** All case ids of the runs, and of the ladder where one is of it, by tier, in the order they are asked. */
export function caseIdsByTier(models: readonly ReportedRun[]): readonly { readonly tier: Tier; readonly ids: readonly string[] }[] {
  const asked = models.flatMap(({ cases }) => cases);
  return allTiers.flatMap((tier) => {
    const own = asked.filter((answer) => answer.tier === tier).map(({ caseId }) => caseId);
    if (own.length === 0) return [];
    const whole = models.every(isOwn) ? [] : casesOf(tier).map(({ id }) => id);
    return [{ tier, ids: [...new Set([...whole, ...own])] }];
  });
}

/** How often each status is there. */
export function statusCount(name: string, cases: readonly CaseResult[]): Count {
  return { name, passed: countOf(cases, 'pass'), failed: countOf(cases, 'fail'), errors: countOf(cases, 'error') };
}

/** `t0-copy` -> `copy`. */
export function shortCaseId(caseId: string): string {
  return caseId.replace(/^t\d-/, '');
}

function groups(cases: readonly CaseResult[], nameOf: (result: CaseResult) => string): readonly Count[] {
  return [...new Set(cases.map(nameOf))].map((name) =>
    statusCount(
      name,
      cases.filter((result) => nameOf(result) === name),
    ),
  );
}

const abilities = new Map(allTiers.flatMap(casesOf).map(({ id, ability }) => [id, ability]));

function abilityOf({ caseId, ability }: CaseResult): string {
  return ability ?? abilities.get(caseId) ?? 'other';
}

/** The last line of each tier, and one made from the answers where there is none. */
function withAllTiers(tiers: readonly TierResult[], cases: readonly CaseResult[], run: RunFacts): readonly TierResult[] {
  const { repeats } = run;
  return allTiers.flatMap((tier) => {
    const stated = tiers.findLast((result) => result.tier === tier);
    const own = cases.filter((result) => result.tier === tier);
    if (stated) return [stated];
    const [first] = own;
    if (!first) return [];
    const other = isOwn({ run });
    const planned = other ? own.length : casesOf(tier).length * repeats;
    const label = other ? `${run.suite} (${run.suiteHash})` : undefined;
    return [{ ...countTier(own, { planned, repeats }), tier, label, mode: first.mode, total: own.length, sequential: false, repeats }];
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
