import { expect, test } from 'vitest';
import { mcnemarExact } from './compare.ts';
import { designEffect, isConfirmed, isDecided, isTierPassed, wilsonInterval } from './statistics.ts';

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
  expect(Math.round(mcnemarExact(a, b) * 1000) / 1000).toBe(p);
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
