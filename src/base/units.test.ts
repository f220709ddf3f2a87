import { expect, test } from 'vitest';
import { formatBytes } from './units.ts';

test.each([
  [0, '0 B'],
  [2.665272776979217, '3 B'],
  [394.9262978474396, '395 B'],
  [999.6, '1.00 kB'],
  [2_665_272.77, '2.67 MB'],
])('%d bytes are written %s, however they were reckoned', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
