import type { CaseResult, Status, TierResult } from './result.ts';
import { isConfirmed, tierVerdict, wilsonInterval } from './statistics.ts';

/** What the answers of a tier come to. Logs, reports, certificates and comparisons count alike, because they count here. */
export interface TierCount
  extends Pick<
    TierResult,
    | 'passed'
    | 'failed'
    | 'errors'
    | 'budgetErrors'
    | 'cutAnswers'
    | 'verdict'
    | 'interval'
    | 'confirmed'
    | 'caseCount'
    | 'failedCases'
    | 'errorCases'
  > {}

/** What was to be asked. */
export interface PlannedTier {
  /** Questions, those without an answer included. */
  readonly planned: number;
  readonly repeats: number;
}

type CountedAnswer = Pick<CaseResult, 'caseId' | 'status' | 'errorKind' | 'cutAtTokens'>;

/** Counts answers of one tier. Questions without an answer leave the verdict open, unless they could not change it. */
export function countTier(answers: readonly CountedAnswer[], { planned, repeats }: PlannedTier): TierCount {
  const [passed, failed, errors] = [countOf(answers, 'pass'), countOf(answers, 'fail'), countOf(answers, 'error')];
  const cases = [...new Set(answers.map(({ caseId }) => caseId))];
  const clusters = cases.map((id) => {
    const ofCase = answers.filter(({ caseId, status }) => caseId === id && status !== 'error');
    return [countOf(ofCase, 'pass'), ofCase.length] as const;
  });
  const verdict = tierVerdict(passed, failed, planned);
  const interval = wilsonInterval(passed, passed + failed, repeats > 1 ? clusters.filter(([, total]) => total > 0) : undefined);
  return {
    passed,
    failed,
    errors,
    budgetErrors: answers.filter(({ errorKind }) => errorKind === 'budget').length,
    cutAnswers: answers.filter(({ cutAtTokens }) => cutAtTokens !== undefined).length,
    verdict,
    interval,
    confirmed: verdict === 'pass' && isConfirmed(passed, planned, repeats, interval[0]),
    caseCount: cases.length,
    failedCases: casesWith(answers, 'fail'),
    errorCases: casesWith(answers, 'error'),
  };
}

/** How many answers have a status. */
export function countOf(answers: readonly Pick<CaseResult, 'status'>[], status: Status): number {
  return answers.filter((answer) => answer.status === status).length;
}

function casesWith(answers: readonly CountedAnswer[], wanted: Status): readonly string[] {
  return [...new Set(answers.filter(({ status }) => status === wanted).map(({ caseId }) => caseId))];
}
