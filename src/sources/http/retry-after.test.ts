import { expect, test } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

test.each([
  ['the window that is used up, and a second', { ratelimit: '"resolvers";r=0;t=55' }, 56_000],
  ['the one of several windows that is used up', { ratelimit: '"pages";r=7;t=9, "resolvers";t=20;r=0' }, 21_000],
  ['a window with something left says nothing', { ratelimit: '"resolvers";r=40;t=55' }, undefined],
  ['RateLimit before Retry-After', { ratelimit: '"api";r=0;t=5', 'retry-after': '100' }, 6000],
  ['Retry-After where the window is open', { ratelimit: '"api";r=3;t=5', 'retry-after': '7' }, 7000],
  ['a date', { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' }, 30_000],
  ['a date that is over', { 'retry-after': 'Thu, 01 Jan 2015 00:00:30 GMT' }, 0],
  ['nonsense', { ratelimit: 'r', 'retry-after': 'soon' }, undefined],
])('%s', (_, headers, expected) => {
  expect(retryAfterMs(headers as Record<string, string>, now)).toBe(expected);
});
