import { expect, test } from 'vitest';
import { createRepetitionWatch, endsRepetition, repeatedUnit } from './repetition.ts';

const story =
  'The ferry left at nine. On board were two bicycles, a dog and a man who sold maps of places that no longer exist. Nobody bought one.';

test.each([
  ['a letter', 'a', 400],
  ['a word', 'and then ', 45],
  ['a sentence', 'I am not able to say that.\n', 15],
  ['a paragraph of 132 letters', story, 8],
  ['a letter of another script', '的', 400],
  ['numbered lines that do not count on', '1. Wash the apples.\n', 20],
  ['digits', '0', 2000],
])('%s that is repeated without end is told, behind any beginning and cut anywhere', (_, unit, times) => {
  for (const before of ['', 'Once upon a time: ', '```json\n'])
    for (const rest of ['', unit.slice(0, Math.floor(unit.length / 2))]) {
      const text = before + unit.repeat(times) + rest;
      expect(repeatedUnit(text)).toBeDefined();
      expect(repeatedUnit(before + unit.repeat(times - 1))).toBeUndefined();
    }
});

const rows = (count: number, row: (index: number) => string): string => Array.from({ length: count }, (_, index) => row(index)).join('\n');

test.each([
  ['prose', `${story} ${story}\n\n`.repeat(3)],
  ['a table with a blank column', rows(60, (index) => `| ${index} | Monday | open | 9-17 |        |`)],
  ['a blank form', `| name         | from         | to           |\n${rows(20, () => '|              |              |              |')}`],
  ['a ruler of 300 signs', `Title\n${'-'.repeat(300)}`],
  ['a list of 300 zeros', `const table = [${Array(300).fill('0').join(', ')}];`],
  ['a table of code', rows(64, (index) => `  { code: 0x${(index * 37).toString(16)}, name: 'row' },`)],
  ['numbers that count', rows(200, (index) => `Item ${index + 1}`)],
  ['a refrain', `${story}\nOh the ferry, oh the ferry, oh the ferry left at nine!\n`.repeat(7)],
  ['binary digits', rows(40, (index) => (index * 977).toString(2).padStart(16, '0'))],
  ['indented brackets', `${'  '.repeat(60)}${')'.repeat(60)}`],
  ['seven times the same line of 60 letters', `${'x'.repeat(59)}\n`.repeat(6)],
])('%s is no repetition', (_, text) => {
  for (let end = 1; end <= text.length; end += 1) expect(repeatedUnit(text.slice(0, end))).toBeUndefined();
});

test('what is followed in pieces is told within 100 letters, and goes on being told', () => {
  for (const size of [1, 7, 150]) {
    const watch = createRepetitionWatch();
    expect(watch(story.repeat(3))).toBe(false);
    let letters = 0;
    while (!watch('na '.repeat(Math.ceil(size / 3)))) letters += Math.ceil(size / 3) * 3;
    expect(letters).toBeGreaterThan(250);
    expect(letters).toBeLessThanOrEqual(650);
    expect(watch('something else')).toBe(true);
  }
});

test.each([
  ['a plain answer', {}, true],
  ['one that a schema forces into its form', { jsonSchema: { type: 'array' } }, false],
  ['one that is graded', { repeatable: true }, false],
])('of %s it is looked for: %j %s', (_, request, isLookedFor) => {
  expect(endsRepetition({ messages: [], ...request })).toBe(isLookedFor);
});
