import { expect, test } from 'vitest';
import { replyTimeoutMs } from './run/metered-session.ts';
import {
  designEffect,
  fisherExact,
  isConfirmed,
  isDecided,
  isTierPassed,
  pairedExact,
  sequentialVerdict,
  tierVerdict,
  wilsonInterval,
} from './statistics.ts';

test.each([
  [8, 10, 49, 94],
  [10, 10, 72, 100],
  [24, 30, 63, 90],
  [27, 30, 74, 97],
  [45, 50, 79, 96],
  [0, 10, 0, 28],
])('Wilson: %i of %i is %i to %i percent', (passed, total, low, high) => {
  const [from, to] = wilsonInterval(passed, total);
  expect([Math.round(from), Math.round(to)]).toEqual([low, high]);
});

test.each([
  [6, 0, 0.031],
  [8, 1, 0.039],
  [5, 0, 0.063],
  [10, 3, 0.092],
  [4, 4, 1],
  [0, 0, 1],
])('McNemar: %i to %i is p = %f', (a, b, p) => {
  expect(Math.round(pairedExact([...Array(a).fill(1), ...Array(b).fill(-1)]) * 1000) / 1000).toBe(p);
});

test.each([
  // Six questions lost in two cases say no more than two questions in two cases.
  [[3, 3], 0.5],
  [[3, 3, 3, 3, 3, 3], 0.031],
  [[3, 3, 3, 3, 3, -1], 0.063],
  [[0, 0], 1],
])('balances of whole cases, %j: p = %f', (balances, p) => {
  expect(Math.round(pairedExact(balances) * 1000) / 1000).toBe(p);
});

test('missing answers leave a verdict open unless they could not change it', () => {
  expect([tierVerdict(8, 0, 10), tierVerdict(7, 2, 10), tierVerdict(0, 3, 10), tierVerdict(0, 2, 10)]).toEqual([
    'pass',
    'incomplete',
    'fail',
    'incomplete',
  ]);
  expect(tierVerdict(0, 0, 0)).toBe('fail');
});

test('four fifths decide, in whole numbers', () => {
  expect([8, 7].map((passed) => isTierPassed(passed, 10))).toEqual([true, false]);
  expect([8, 7].map((passed) => isTierPassed(passed, 9))).toEqual([true, false]);
  expect(isTierPassed(0, 0)).toBe(false);
});

test('a tier is decided exactly when no further answer can change it', () => {
  for (let total = 1; total <= 30; total += 1)
    for (let passed = 0; passed <= total; passed += 1)
      for (let failed = 0; passed + failed <= total; failed += 1) {
        const open = total - passed - failed;
        const worst = isTierPassed(passed, total);
        const best = isTierPassed(passed + open, total);
        expect(isDecided(passed, failed, total)).toBe(worst === best);
      }
});

test('repeats that all agree say no more than one, repeats that differ by chance say as much as new cases', () => {
  expect(
    designEffect([
      [3, 3],
      [0, 3],
      [3, 3],
      [0, 3],
    ]),
  ).toBeGreaterThan(2.5);
  expect(
    designEffect([
      [2, 3],
      [1, 3],
      [2, 3],
      [1, 3],
    ]),
  ).toBe(1);
  expect(designEffect([[3, 3]])).toBe(1);
});

test('confirmed takes three repeats and a lower bound of 70 %', () => {
  expect(isConfirmed(30, 30, 3, 88)).toBe(true);
  expect(isConfirmed(10, 10, 1, 72)).toBe(false);
  expect(isConfirmed(24, 30, 3, 63)).toBe(false);
});

test('clusters of different sizes: the larger ones weigh more', () => {
  expect(
    designEffect([
      [3, 3],
      [0, 3],
      [1, 1],
      [1, 1],
      [1, 1],
    ]),
  ).toBeCloseTo(7 / 3, 5);
});

test.each([
  // A lady who tastes tea: 4 of 4, 3 of 4.
  [[4, 4], [0, 4], 0.0143],
  [[3, 4], [1, 4], 0.2429],
  [[10, 10], [4, 10], 0.0054],
  [[27, 30], [18, 30], 0.0077],
  [[8, 10], [8, 10], 0.709],
  [[0, 10], [10, 10], 1],
  [[10, 10], [10, 10], 1],
] as const)('Fisher: %j against %j is p = %f', (a, b, p) => {
  expect(fisherExact(a, b)).toBeCloseTo(p, 4);
});

test.each([
  [9, 0, undefined],
  [11, 0, undefined],
  [12, 0, 'pass'],
  [17, 1, 'pass'],
  [16, 1, undefined],
  [0, 9, undefined],
  [0, 10, 'fail'],
  [6, 4, undefined],
  [6, 5, 'fail'],
  [20, 5, undefined],
] as const)('Wald: %i right and %i wrong: %s', (passed, failed, verdict) => {
  expect(sequentialVerdict(passed, failed)).toBe(verdict);
});

/** How often a run of 30 that may end early says other than the whole one, and what share of its answers it takes; worked out, not drawn. */
function earlyEnd(rate: number, ends: (passed: number, failed: number) => 'pass' | 'fail' | undefined): { wrong: number; used: number } {
  const total = 30;
  let wrong = 0;
  let used = 0;
  // Chance of being at so many passed after n answers without having ended.
  let open = new Map([[0, 1]]);
  for (let n = 0; n <= total; n += 1) {
    const next = new Map<number, number>();
    for (const [passed, chance] of open) {
      const verdict = n === total ? (isTierPassed(passed, total) ? 'pass' : 'fail') : ends(passed, n - passed);
      if (verdict === undefined) {
        next.set(passed + 1, (next.get(passed + 1) ?? 0) + chance * rate);
        next.set(passed, (next.get(passed) ?? 0) + chance * (1 - rate));
        continue;
      }
      used += chance * n;
      wrong += chance * chanceOf(total - n, rate, (more) => (isTierPassed(passed + more, total) ? 'pass' : 'fail') !== verdict);
    }
    open = next;
  }
  return { wrong, used: used / total };
}

function chanceOf(n: number, rate: number, holds: (count: number) => boolean): number {
  let sum = 0;
  let ways = 1;
  for (let k = 0; k <= n; k += 1) {
    if (holds(k)) sum += ways * rate ** k * (1 - rate) ** (n - k);
    ways = (ways * (n - k)) / (k + 1);
  }
  return sum;
}

const rates = [0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

test.each(rates)('curtailment at a rate of %f never changes a verdict', (rate) => {
  const certain = (passed: number, failed: number): 'pass' | 'fail' | undefined =>
    isDecided(passed, failed, 30) ? (isTierPassed(passed, 30) ? 'pass' : 'fail') : undefined;
  const { wrong, used } = earlyEnd(rate, certain);
  expect(wrong).toBe(0);
  expect(used).toBeLessThan(rate <= 0.5 ? 0.5 : 0.95);
});

test.each(rates)("Wald's test at a rate of %f seldom says other than the whole run, and takes fewer answers", (rate) => {
  const { wrong, used } = earlyEnd(rate, (passed, failed) =>
    isDecided(passed, failed, 30) ? (isTierPassed(passed, 30) ? 'pass' : 'fail') : sequentialVerdict(passed, failed),
  );
  expect(wrong).toBeLessThan(0.03);
  expect(used).toBeLessThan(0.78);
});

test.each([
  [100, 0, 50, 60_000],
  [900, 100, 10, 368_000],
  [2000, 0, 2, 4_000_000],
  [100, 100, 0, 3_600_000],
])('a reply of %i tokens to a prompt of %i at %i a second has %i ms', (budget, prompt, speed, ms) => {
  expect(replyTimeoutMs(budget, prompt, speed)).toBe(ms);
});
