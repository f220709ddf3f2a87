import { expect, test } from 'vitest';
import { answerFlow } from './answer-flow.ts';
import { widthOf } from './text.ts';

function flowed(text: string, columns: number, pieceLength: number): string {
  const flow = answerFlow(() => columns);
  const chars = [...text];
  let shown = '';
  for (let at = 0; at < chars.length; at += pieceLength) shown += flow.push(chars.slice(at, at + pieceLength).join(''));
  return shown + flow.flush();
}

const text = 'The dog waits at the animal shelter for somebody, as 日本語の長い文 and a verylongwordthatfitsnowhereatall do.\n\n  - one\n';

test.each([20, 40, 50, 100])('at %i columns lines end between words, in whatever pieces the answer comes', (columns) => {
  const whole = flowed(text, columns, text.length);
  for (const pieceLength of [1, 2, 3, 7]) expect(flowed(text, columns, pieceLength)).toBe(whole);
  for (const line of whole.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(columns);
  for (const word of ['animal', 'shelter', 'somebody,']) expect(whole).toContain(word);
  expect(whole.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
  expect(whole.endsWith('\n\n  - one\n')).toBe(true);
});

test('text that fits is as it was, indents and empty lines with it', () => {
  const code = 'def f():\n    return 1\n\nprint(f())';
  expect(flowed(code, 80, 3)).toBe(code);
});

test('a word longer than a line is cut at its end, and none of it is lost', () => {
  expect(flowed('x'.repeat(25), 10, 4)).toBe(`${'x'.repeat(10)}\n${'x'.repeat(10)}\n${'x'.repeat(5)}`);
});

test('what a sequence would do is taken out before the words are measured', () => {
  expect(flowed('one \x1b[2Jtwo\x1b]52;c;eA==\x07 three', 9, 1)).toBe('one two\nthree');
});
