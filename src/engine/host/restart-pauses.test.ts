import { expect, test } from 'vitest';
import { createRestartPauses } from './restart-pauses.ts';

test('the first end is forgiven, those that follow make longer and longer pauses, and a minute of life makes good', () => {
  let nowMs = 0;
  const pauses = createRestartPauses(() => nowMs);
  const seen: number[] = [];
  for (let count = 0; count < 8; count += 1) {
    seen.push(pauses.pauseMs('a'));
    pauses.ended('a');
    nowMs += 1000;
  }
  expect(seen).toEqual([0, 0, 500, 1000, 2000, 4000, 8000, 8000]);
  expect(pauses.pauseMs('b')).toBe(0);
  nowMs += 60_000;
  expect(pauses.pauseMs('a')).toBe(0);
});
