import type { CaseResult, ModelResult, TierResult } from '../result.ts';
import { isConfirmed, tierVerdict, tokensPerSecondOf, wilsonInterval } from '../statistics.ts';
import { casesOf, highestTier, type TierNumber } from '../suite.ts';

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
  /** Cases passed over the whole ladder, a case with repeats by its share; what was not asked is not passed. */
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
    const all = withAllTiers(tiers, cases, run.repeats);
    const gap = all.findIndex(({ tier, verdict }, position) => tier !== position || verdict !== 'pass');
    return {
      number: index + 1,
      run,
      cases,
      tiers: all,
      provenTier: (gap === -1 ? all.length : gap) - 1,
      isComplete: all.length > 0 && all.every(({ mode, verdict }) => mode === 'diagnostic' || verdict !== 'incomplete'),
      tokensPerSecond: tokensPerSecondOf(cases),
      casesPassed: sum(groups(cases, ({ caseId }) => caseId).map(({ passed, failed, errors }) => passed / (passed + failed + errors))),
      abilities: groups(cases, ({ caseId }) => abilityOf(caseId)),
    };
  });
}

/** Whether it holds its own tier. */
export function holdsOwnTier({ provenTier, run }: Pick<ReportedModel, 'provenTier' | 'run'>): boolean {
  return provenTier >= Math.min(run.nativeTier, highestTier);
}

/** All case ids of the suite and of the runs, by tier, in the order they are asked. */
export function caseIdsByTier(models: readonly ReportedRun[]): readonly { readonly tier: TierNumber; readonly ids: readonly string[] }[] {
  const asked = models.flatMap(({ cases }) => cases);
  return ([0, 1, 2, 3] as const).flatMap((tier) => {
    const own = asked.filter((answer) => answer.tier === tier).map(({ caseId }) => caseId);
    if (own.length === 0) return [];
    return [{ tier, ids: [...new Set([...casesOf(tier).map(({ id }) => id), ...own])] }];
  });
}

/** How often each status is there. */
export function countOf(name: string, cases: readonly CaseResult[]): Count {
  const of = (status: CaseResult['status']): number => cases.filter((result) => result.status === status).length;
  return { name, passed: of('pass'), failed: of('fail'), errors: of('error') };
}

/** `t0-copy` -> `copy`. */
export function shortCaseId(caseId: string): string {
  return caseId.replace(/^t\d-/, '');
}

function groups(cases: readonly CaseResult[], nameOf: (result: CaseResult) => string): readonly Count[] {
  return [...new Set(cases.map(nameOf))].map((name) =>
    countOf(
      name,
      cases.filter((result) => nameOf(result) === name),
    ),
  );
}

const abilities = new Map(([0, 1, 2, 3] as const).flatMap(casesOf).map(({ id, ability }) => [id, ability]));

function abilityOf(caseId: string): string {
  return abilities.get(caseId) ?? 'other';
}

/** The last line of each tier, and one made from the answers where there is none. */
function withAllTiers(tiers: readonly TierResult[], cases: readonly CaseResult[], repeats: number): readonly TierResult[] {
  return ([0, 1, 2, 3] as const).flatMap((tier) => {
    const stated = tiers.findLast((result) => result.tier === tier);
    const own = cases.filter((result) => result.tier === tier);
    if (stated) return [stated];
    const [first] = own;
    return first ? [counted(tier, first.mode, own, repeats)] : [];
  });
}

function counted(tier: TierNumber, mode: TierResult['mode'], own: readonly CaseResult[], repeats: number): TierResult {
  const { passed, failed, errors } = countOf('', own);
  const planned = casesOf(tier).length * repeats;
  const clusters = groups(own, ({ caseId }) => caseId).map((group) => [group.passed, group.passed + group.failed] as const);
  const verdict = tierVerdict(passed, failed, planned);
  const interval = wilsonInterval(passed, passed + failed, repeats > 1 ? clusters.filter(([, count]) => count > 0) : undefined);
  return {
    tier,
    mode,
    passed,
    failed,
    errors,
    budgetErrors: own.filter(({ errorKind }) => errorKind === 'budget').length,
    total: own.length,
    verdict,
    interval,
    confirmed: verdict === 'pass' && isConfirmed(passed, planned, repeats, interval[0]),
    sequential: false,
    repeats,
    caseCount: clusters.filter(([, count]) => count > 0).length,
    failedCases: [...new Set(own.filter(({ status }) => status !== 'pass').map(({ caseId }) => caseId))],
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
