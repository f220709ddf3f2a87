import type { CaseResult } from './result.ts';

/** Counts, intervals and words for them. */

/** Whether enough passed: four fifths. One pair of whole numbers decides; count, percent, mark and exit status all follow from it. */
export function isTierPassed(passed: number, total: number): boolean {
  return total > 0 && 5 * passed >= 4 * total;
}

/**
 * Wilson's 95 % interval of a share, in percent (E. B. Wilson 1927). With `clusters` the answers of one case are taken as alike: the
 * number of answers is divided by the design effect 1 + (m - 1) * rho, rho estimated from the variance between cases.
 */
export function wilsonInterval(
  passed: number,
  total: number,
  clusters?: readonly (readonly [passed: number, total: number])[],
): readonly [number, number] {
  if (total === 0) return [0, 100];
  const z = 1.959964;
  const share = passed / total;
  const n = total / (clusters ? designEffect(clusters) : 1);
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, (middle - half) * 100), Math.min(100, (middle + half) * 100)];
}

/** How much less repeats of the same cases say than as many different cases. One-way analysis of variance; never below 1. */
export function designEffect(clusters: readonly (readonly [passed: number, total: number])[]): number {
  const k = clusters.length;
  const total = clusters.reduce((sum, [, n]) => sum + n, 0);
  const size = total / Math.max(1, k);
  if (k < 2 || size <= 1) return 1;
  const mean = clusters.reduce((sum, [passed]) => sum + passed, 0) / total;
  const between = clusters.reduce((sum, [passed, n]) => sum + n * (passed / n - mean) ** 2, 0) / (k - 1);
  const within = clusters.reduce((sum, [passed, n]) => sum + n * (passed / n) * (1 - passed / n), 0) / Math.max(1, total - k);
  const rho = between + (size - 1) * within === 0 ? 0 : (between - within) / (between + (size - 1) * within);
  return Math.max(1, 1 + (size - 1) * Math.max(0, rho));
}

/** Passed with three repeats or more, and not by luck: the lower bound is 70 % or more. */
export function isConfirmed(passed: number, total: number, repeats: number, lowerBound: number): boolean {
  return repeats >= 3 && isTierPassed(passed, total) && lowerBound >= 70;
}

/** Whether what is still to come can no longer change the verdict. */
export function isDecided(passed: number, failed: number, total: number): boolean {
  return isTierPassed(passed, total) || !isTierPassed(total - failed, total);
}

/** Generated tokens a second over all answers, without the time that was spent outside of the engine; 0 when nothing was asked. */
export function tokensPerSecondOf(cases: readonly CaseResult[]): number {
  const engineSeconds = cases.reduce((sum, { seconds, overheadSeconds }) => sum + seconds - overheadSeconds, 0);
  const tokens = cases.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0);
  return engineSeconds > 0 ? Math.round((tokens / engineSeconds) * 10) / 10 : 0;
}
