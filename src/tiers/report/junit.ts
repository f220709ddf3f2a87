import { suiteNameOf } from '../../base/suite-name.ts';
import type { CaseResult } from '../result.ts';
import { escaped, escapedAttribute } from './escape.ts';
import { isOwn, type ReportedRun, reportedModels } from './report-data.ts';

/** JUnit XML: a suite a model and tier, a case each answer; diagnostic tiers are skipped, not failed. */
export function junitReport(results: readonly ReportedRun[]): string {
  const suites = reportedModels(results).flatMap(({ run, tiers, cases }) =>
    tiers.map(({ tier, label = `tier ${tier}`, mode }) => {
      const ownName = isOwn({ run }) ? escapedAttribute(suiteNameOf(run)) : undefined;
      const own = cases.filter((result) => result.tier === tier);
      const isSkipped = mode === 'diagnostic';
      const count = (status: CaseResult['status']): number => (isSkipped ? 0 : own.filter((result) => result.status === status).length);
      const seconds = own.reduce((sum, result) => sum + result.seconds, 0);
      const name = escapedAttribute(run.model);
      const body = own.map(
        (result) =>
          `<testcase classname="${name}.${ownName ?? `tier${tier}`}" name="${escapedAttribute(result.caseId)}#${result.variant}" time="${result.seconds}">${outcome(result, isSkipped)}</testcase>`,
      );
      return `<testsuite name="${name} ${escapedAttribute(label)}" tests="${own.length}" failures="${count('fail')}" errors="${count('error')}" skipped="${isSkipped ? own.length : 0}" timestamp="${escapedAttribute(run.startedAt.slice(0, 19))}" time="${seconds.toFixed(3)}">\n${body.join('\n')}\n</testsuite>`;
    }),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

function outcome({ status, reason = '', evidence = '' }: CaseResult, isSkipped: boolean): string {
  if (isSkipped) return '<skipped message="diagnostic"/>';
  const message = escapedAttribute(reason);
  if (status === 'fail') return `<failure message="${message}">${escaped(evidence)}</failure>`;
  return status === 'error' ? `<error message="${message}"/>` : '';
}
