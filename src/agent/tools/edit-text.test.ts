import { expect, test } from 'vitest';
import { withLines, withReplaced } from './edit-text.ts';

const replaced = (text: string, passage: string, by: string): string => withReplaced(text, { path: 'a.txt', passage, by });

test.each<readonly [text: string, passage: string, by: string, after: string]>([
  ['one two three', 'two', '2', 'one 2 three'],
  ['one', 'one', '', ''],
  ['a\r\nb\r\nc', 'a\nb', 'x\ny', 'x\r\ny\r\nc'],
  ['a\nb', 'b', 'c\r\nd', 'a\nc\r\nd'],
  ['price: 5', '5', '$& $1 $$', 'price: $& $1 $$'],
  ['\uFEFFhead\nbody', 'head', 'top', '\uFEFFtop\nbody'],
  ['a.c abc', 'a.c', 'x', 'x abc'],
])('in %j the passage %j becomes %j', (text, passage, by, after) => {
  expect(replaced(text, passage, by)).toBe(after);
});

test.each<readonly [text: string, passage: string, by: string, why: string]>([
  ['one\ntwo\none', 'one', '1', 'in "a.txt" 2 times (lines 1, 3)'],
  ['aaa', 'aa', 'b', '2 times (line 1)'],
  ['x\n'.repeat(30), 'x', 'y', '30 times (lines 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...)'],
  ['One', 'one', '1', 'is not in "a.txt"; read it and give the exact text. In other letters it is there: "One"'],
  ['one', 'two', '2', 'is not in "a.txt"; read it'],
  ['one', '', '2', 'is empty'],
  ['one', 'one', 'one', 'both texts are the same'],
  ['a\r\nb', 'a\nb', 'a\r\nb', 'both texts are the same'],
])('in %j the passage %j is not replaced by %j: %s', (text, passage, by, why) => {
  expect(() => replaced(text, passage, by)).toThrow(why);
});

test.each<readonly [text: string, lines: string, after: string]>([
  ['', 'one', 'one'],
  ['one', 'two', 'one\ntwo'],
  ['one\n', 'two', 'one\ntwo\n'],
  ['one\n', 'two\n', 'one\ntwo\n'],
  ['one\r\n', 'two\nthree', 'one\r\ntwo\r\nthree\r\n'],
  ['one\r\ntwo', 'three', 'one\r\ntwo\r\nthree'],
])('to %j the lines %j are added as %j', (text, lines, after) => {
  expect(withLines(text, lines)).toBe(after);
});
