import { expect, test } from 'vitest';
import { homeInHint, homeInNote } from './home-in-commands.ts';

test.each([
  [
    'No model is installed.\n  luci ask "…" fetches the starter\n  luci install llama3.2',
    'No model is installed.\n  luci --home /x ask "…" fetches the starter\n  luci --home /x install llama3.2',
  ],
  ['8 models.  luci show NAME   luci install NAME', '8 models.  luci --home /x show NAME   luci --home /x install NAME'],
  ['It is written. Back: luci launch llm --restore', 'It is written. Back: luci --home /x launch llm --restore'],
  ['luci has made no connection.', 'luci has made no connection.'],
  ['What luci answers is kept.', 'What luci answers is kept.'],
  ['  luci --home /bigger/disk …', '  luci --home /bigger/disk …'],
])('%j', (note, told) => {
  expect(homeInNote(note, '/x')).toBe(told);
  expect(homeInNote(note, undefined)).toBe(note);
});

test('a hint is commands, one a line; a folder with a space is one word', () => {
  expect(homeInHint('luci list\nluci ask -m x "Hello"', '/a b')).toBe('luci --home "/a b" list\nluci --home "/a b" ask -m x "Hello"');
  expect(homeInHint('luci list', '-a')).toBe('luci --home=-a list');
  expect(homeInHint('Run it again with -y.', '/a')).toBe('Run it again with -y.');
  expect(homeInHint(undefined, '/a')).toBeUndefined();
});
