import type { AbilityResult, CaseResult } from './result.ts';
import { wilsonInterval } from './statistics.ts';
import type { Suite } from './suite.ts';

/** Share of right answers by ability. */
export function abilityShares(suite: Suite, results: readonly CaseResult[]): Readonly<Record<string, number>> {
  const abilityOf = new Map(suite.tiers.flatMap((tier) => suite.casesOf(tier)).map(({ id, ability }) => [id, ability]));
  const counts = new Map<string, { passed: number; total: number }>();
  for (const { caseId, status } of results) {
    const ability = abilityOf.get(caseId) ?? 'other';
    const count = counts.get(ability) ?? { passed: 0, total: 0 };
    counts.set(ability, { passed: count.passed + (status === 'pass' ? 1 : 0), total: count.total + 1 });
  }
  return Object.fromEntries([...counts].map(([ability, { passed, total }]) => [ability, Math.round((passed / total) * 100) / 100]));
}

/** Each ability with its share and interval, in the order they were asked; errors are left out. Repeats are clustered by case. */
export function abilityResults(results: readonly CaseResult[]): readonly AbilityResult[] {
  const graded = results.filter(({ status }) => status !== 'error');
  return [...new Set(graded.map(({ ability }) => ability ?? 'other'))].map((name) => {
    const own = graded.filter(({ ability }) => (ability ?? 'other') === name);
    const clusters = [...new Set(own.map(({ caseId }) => caseId))].map((id) => {
      const [passed, total] = countPassed(own.filter(({ caseId }) => caseId === id));
      return [passed, total] as const;
    });
    const [passed, total] = countPassed(own);
    const [lower, upper] = wilsonInterval(passed, total, clusters);
    return { name, passed, total, interval: [Math.round(lower), Math.round(upper)] };
  });
}

function countPassed(results: readonly CaseResult[]): [passed: number, total: number] {
  return [results.filter(({ status }) => status === 'pass').length, results.length];
}
