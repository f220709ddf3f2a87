import { expect, test } from 'vitest';
import { shortHash } from './short-hash.ts';

test.each([
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['foobar', '85944171f73967e8'],
])('the published hash of "%s"', (text, hash) => {
  expect(shortHash(text)).toBe(hash);
});

test('always 16 digits, whatever the text is', () => {
  for (let count = 0; count < 1000; count += 1) expect(shortHash(`/home/ä/${count}`)).toMatch(/^[0-9a-f]{16}$/);
});
