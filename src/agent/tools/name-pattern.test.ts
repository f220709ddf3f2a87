import { expect, test } from 'vitest';
import { matchesName } from './name-pattern.ts';

test.each<readonly [path: string, pattern: string, isMatch: boolean]>([
  ['notes.txt', '*.txt', true],
  ['a/b/NOTES.TXT', '*.txt', true],
  ['a/notes.txt.bak', '*.txt', false],
  ['a/notes.txt', 'notes', true],
  ['notes/a.txt', 'notes', false],
  ['notes/a.txt', 'notes/*', true],
  ['x/notes/a.txt', 'notes/*', false],
  ['x/notes/deep/a.txt', '*/notes/*.txt', true],
  ['a.txt', './*.txt', true],
  ['img1.jpg', 'img?.*', true],
  ['img12.jpg', 'img?.*', false],
  ['what?.md', 'what?', true],
  ['anything', '*', true],
  ['a[1].txt', '*[1]*', true],
  ['mississippi', '*iss*ip*i', true],
  ['mississippi', '*iss*ipx*', false],
])('%s fits %s: %j', (path, pattern, isMatch) => {
  expect(matchesName(path, pattern)).toBe(isMatch);
});

test('a pattern made to go back without end takes no time', () => {
  const start = performance.now();
  expect(matchesName('a'.repeat(250), `${'*a'.repeat(200)}b`)).toBe(false);
  expect(performance.now() - start).toBeLessThan(200);
});
