import { seededRandom } from './random.ts';
import type { CaseResult, RunFacts, TierResult } from './result.ts';

/** Counts, intervals and words for them. */

/** Whether enough passed: four fifths. One pair of whole numbers decides; count, percent, mark and exit status all follow from it. */
export function isTierPassed(passed: number, total: number): boolean {
  return total > 0 && 5 * passed >= 4 * total;
}

/** The verdict on so many questions. Those with neither a right nor a wrong answer leave it open, unless they could not change it. */
export function tierVerdict(passed: number, failed: number, total: number): TierResult['verdict'] {
  if (isTierPassed(passed, total)) return 'pass';
  return passed + failed < total && isTierPassed(total - failed, total) ? 'incomplete' : 'fail';
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

/**
 * How much less repeats of the same cases say than as many different cases: 1 + (m - 1) * rho with rho from a one-way analysis of
 * variance, for clusters of any sizes (L. Kish, Survey Sampling, 1965). Never below 1; 1 as well where it is undefined, see below.
 */
export function designEffect(clusters: readonly (readonly [passed: number, total: number])[]): number {
  const k = clusters.length;
  const total = clusters.reduce((sum, [, n]) => sum + n, 0);
  const weighted = clusters.reduce((sum, [, n]) => sum + n * n, 0) / total;
  if (k < 2 || total <= k) return 1;
  const size = (total - weighted) / (k - 1);
  const mean = clusters.reduce((sum, [passed]) => sum + passed, 0) / total;
  const between = clusters.reduce((sum, [passed, n]) => sum + n * (passed / n - mean) ** 2, 0) / (k - 1);
  const within = clusters.reduce((sum, [passed, n]) => sum + n * (passed / n) * (1 - passed / n), 0) / (total - k);
  const spread = between + (size - 1) * within;
  return spread === 0 ? 1 : Math.max(1, 1 + (weighted - 1) * ((between - within) / spread));
}

/** Passed with three repeats or more, and not by luck: the lower bound is 70 % or more. */
export function isConfirmed(passed: number, total: number, repeats: number, lowerBound: number): boolean {
  return repeats >= 3 && isTierPassed(passed, total) && lowerBound >= 70;
}

/** Answers before a sequential test may end. */
const minAnswers = 10;

/**
 * Wald's sequential test of 70 % against 90 % right answers, 5 % of errors of each kind (A. Wald, Sequential Analysis, 1947): a verdict
 * as soon as the answers so far speak clearly enough. It never says other than the share so far, and may differ from the full run.
 */
export function sequentialVerdict(passed: number, failed: number): 'pass' | 'fail' | undefined {
  if (passed + failed < minAnswers) return undefined;
  const evidence = passed * Math.log(0.9 / 0.7) + failed * Math.log((1 - 0.9) / (1 - 0.7));
  const bound = Math.log(0.95 / 0.05);
  const isPassed = isTierPassed(passed, passed + failed);
  if (evidence >= bound && isPassed) return 'pass';
  return evidence <= -bound && !isPassed ? 'fail' : undefined;
}

/**
 * Two-sided exact test of paired answers: how likely a sum at least as uneven is when both sides are equally good, so that the balance of
 * each case is as likely to have the other sign (R. A. Fisher, The Design of Experiments, 1935). With one answer a case it is McNemar's
 * exact test; repeats of a case count as one that weighs more, for they are alike.
 */
export function pairedExact(balances: readonly number[]): number {
  const observed = Math.abs(balances.reduce((sum, balance) => sum + balance, 0));
  // Chance of each sum.
  let sums = new Map([[0, 1]]);
  for (const balance of balances) {
    const next = new Map<number, number>();
    for (const [sum, chance] of sums)
      for (const signed of [sum + balance, sum - balance]) next.set(signed, (next.get(signed) ?? 0) + chance / 2);
    sums = next;
  }
  return [...sums].reduce((p, [sum, chance]) => (Math.abs(sum) >= observed ? p + chance : p), 0);
}

/**
 * Fisher's exact test, one-sided (R. A. Fisher 1935): how likely the first group passes this often or more when both are equally good.
 * Each group is passed and total.
 */
export function fisherExact([a, n]: readonly [number, number], [b, m]: readonly [number, number]): number {
  const passed = a + b;
  const ways = (k: number): number => logChoose(n, k) + logChoose(m, passed - k);
  let p = 0;
  for (let k = a; k <= Math.min(n, passed); k += 1) if (passed - k <= m) p += Math.exp(ways(k) - logChoose(n + m, passed));
  return Math.min(1, p);
}

/** Logarithm of the number of ways to choose k of n. */
function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= k; i += 1) sum += Math.log((n - k + i) / i);
  return sum;
}

/** Whether what is still to come can no longer change the verdict. */
export function isDecided(passed: number, failed: number, total: number): boolean {
  return isTierPassed(passed, total) || !isTierPassed(total - failed, total);
}

/**
 * Generated tokens a second of one answer alone: as the run measured it; in older logs over all answers, without the time that was spent outside
 * of the engine. 0 when nothing was asked.
 */
export function tokensPerSecondOf({ tokensPerSecond }: Pick<RunFacts, 'tokensPerSecond'>, cases: readonly CaseResult[]): number {
  if (tokensPerSecond !== undefined) return tokensPerSecond;
  const engineSeconds = cases.reduce((sum, { seconds, overheadSeconds }) => sum + seconds - overheadSeconds, 0);
  const tokens = cases.reduce((sum, { generatedTokens }) => sum + generatedTokens, 0);
  return engineSeconds > 0 ? Math.round((tokens / engineSeconds) * 10) / 10 : 0;
}

/** Repeats beyond this are not advised. */
const maxRepeats = 30;

/**
 * Repeats of so many cases after which {@link pairedExact} finds a model that is right `difference` more often than one that is right in
 * 70 % at 5 %, nine times out of ten; undefined where no number of repeats does. Simulated, with the same outcome every time.
 */
export function repeatsToTell(cases: number, difference = 0.2): number | undefined {
  const isEnough = (repeats: number): boolean => powerOf(cases, repeats, difference) >= 0.9;
  // Signs of n cases have 2^n arrangements: with five, none is rarer than 5 %.
  if (cases < 6) return undefined;
  let [low, high] = [0, 1];
  while (!isEnough(high)) {
    if (high === maxRepeats) return undefined;
    [low, high] = [high, Math.min(2 * high, maxRepeats)];
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function powerOf(cases: number, repeats: number, difference: number): number {
  const random = seededRandom(`power/${cases}/${repeats}`);
  const trials = 300;
  const isRight = (share: number): number => (random.next() < share ? 1 : 0);
  let found = 0;
  for (let trial = 0; trial < trials; trial += 1) {
    const balances = Array.from({ length: cases }, () => {
      let balance = 0;
      for (let repeat = 0; repeat < repeats; repeat += 1) balance += isRight(0.7 + difference) - isRight(0.7);
      return balance;
    });
    if (pairedExact(balances) < 0.05) found += 1;
  }
  return found / trials;
}
