import type { CaseResult } from './result.ts';
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
