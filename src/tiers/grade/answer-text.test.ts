import { expect, test } from 'vitest';
import { afterAnswer, plainCharacters, plainLines, unwrapped, withoutThinking } from './answer-text.ts';
import { grade } from './grade.ts';
import { jsonValuesIn } from './json-values.ts';
import { meantNumber, numbersIn } from './numbers.ts';

test.each([
  ['<think>no</think>yes', 'yes'],
  ['<thinking>a</thinking>\nb<think>c</think>', 'b'],
  ['<think>never ends', ''],
  ['opened in the template</think> right', 'right'],
  ['plain\r\ntext', 'plain\ntext'],
])('thinking goes: %j', (text, rest) => {
  expect(withoutThinking(text)).toBe(rest);
});

test.each([
  ['Answer: 42', 42],
  ['answer: **42**', 42],
  ['**Answer:** 42', 42],
  ['Answer: 1,710 grams', 1710],
  ['Answer: 12 + 4 = 16', 16],
  ['Answer: $29.00', 29],
  ['Answer: -7', -7],
  ['Answer:\n 8', 8],
  ['First Answer: 3\nThen Answer: 4', 4],
  ['There are seven.', 7],
  ['The total is **31** of 40 and 9.', 31],
  ['\\boxed{12}, since 3 times 4', 12],
  ['2 apples\nand 3 pears\nmake 5', 5],
  ['No number here', undefined],
  [Array.from({ length: 60 }, (_, index) => index).join(' '), undefined],
])('the number meant by %j is %j', (text, value) => {
  expect(meantNumber(text)).toBe(value);
});

// Words are a number where they are a whole cardinal, and none otherwise.
test.each([
  ['Answer: forty-two', 42],
  ['Answer: forty two.', 42],
  ['The answer is Twenty-Six.', 26],
  ['Answer: zero', 0],
  ['Answer: one hundred', 100],
  ['Answer: one hundred and five', 105],
  ['Answer: two thousand, three hundred and one', 2301],
  ['Answer: minus twenty-six', -26],
  ['Answer: negative 26', -26],
  ['Answer: −26', -26],
  ['Answer: forty-second', undefined],
  ['Answer: forty-twos', undefined],
  ['Answer: seventy-onety', undefined],
  ['Answer: twenty-six and a half', undefined],
  ['Answer: one half', undefined],
  ['Answer: two dozen', undefined],
  ['Answer: forty-two point five', undefined],
  ['Answer: 2½', undefined],
  ['No one knows', undefined],
  ['Answer: .5', 0.5],
  ['Answer: -.5', -0.5],
  ['Answer: 26 = 16 + 10', 26],
  ['Answer: 16 + 10 = 26', 26],
  ['Answer: 26=16+10', 26],
  ['10 = 26 − 16', 10],
  ['Answer: 5 = 16 + 10', 5],
  ['Answer: 16 + 10', undefined],
  ['Answer: 20 minus 5', undefined],
])('as people write numbers: %j is %j', (text, value) => {
  expect(meantNumber(plainCharacters(text))).toBe(value);
});

test.each(['twenty-', 'one hundred and ', 'minus ', '1,234 ', 'two thousand '])('an answer of %j without end is graded', (text) => {
  expect(() => meantNumber(text.repeat(20_000))).not.toThrow();
});

test('numbers are whole: no parts of words, dates or versions', () => {
  expect(numbersIn('x12 3.5 1,234,567.5 v2.0 -4 twelve')).toEqual([3.5, 1234567.5, -4, 12]);
});

test.each([
  ['```json\n{"a":1}\n```', [{ a: 1 }]],
  ['Sure: {"a": "}"} done', [{ a: '}' }]],
  ['{"a":1} and {"a":2}', [{ a: 1 }, { a: 2 }]],
  ['{broken', []],
  ['[1, [2]]', [[1, [2]]]],
  ['{"a": "\\""}', [{ a: '"' }]],
])('JSON in %j', (text, values) => {
  expect(jsonValuesIn(text)).toEqual(values);
});

test.each([
  ['"hello"', 'hello'],
  ['`hello`', 'hello'],
  ['**hello**', 'hello'],
  ['```\nhello\n```', 'hello'],
  ['“hello”', 'hello'],
])('%j unwrapped', (text, bare) => {
  expect(unwrapped(text)).toBe(bare);
});

test('lines lose bullets, numbers and a heading', () => {
  expect(plainLines('Here they are:\n**- 2000-01-02\n- 2001-01-02\n2. `2002-01-02`\n\n* 2003-01-02')).toEqual([
    '2000-01-02',
    '2001-01-02',
    '2002-01-02',
    '2003-01-02',
  ]);
});

test('the last answer counts', () => {
  expect(afterAnswer('Answer: a\nAnswer: **b**')).toBe('b');
  expect(afterAnswer('no such thing')).toBeUndefined();
  expect(afterAnswer('Answer: *42*')).toBe('42');
  expect(afterAnswer('Answer: ^[a-z]*\\d*$')).toBe('^[a-z]*\\d*$');
});

/** Right answers that other harnesses mark wrong, and wrong ones they mark right. */
test.each([
  ['oneOf', { kind: 'oneOf', options: ['K12', 'K123'], want: ['K123'] }, 'It is K123.', true],
  ['a part of a word', { kind: 'oneOf', options: ['pear', 'pearl'], want: ['pear'] }, 'pearl', false],
  ['all options', { kind: 'oneOf', options: ['a1', 'b2'], want: ['a1'] }, 'a1 or b2', false],
  ['the answer line decides', { kind: 'oneOf', options: ['a1', 'b2'], want: ['a1'] }, 'Not b2.\nAnswer: a1', true],
  ['yes and no in one line', { kind: 'yesNo', want: ['yes', 'no'] }, 'Yes, no', true],
  ['yes and no with reasons', { kind: 'yesNo', want: ['yes', 'no'] }, '1. Yes, she did.\n2. No, it was red.', true],
  ['a yes before a reason with a no of another kind', { kind: 'yesNo', want: ['yes'] }, 'Yes.\n\nThere is no doubt: it is so.', true],
  ['the same in one sentence', { kind: 'yesNo', want: ['yes'] }, 'The answer is yes, since no other number divides it.', true],
  ['the reason first', { kind: 'yesNo', want: ['yes'] }, 'There is no number between that divides it.\nYes.', true],
  ['a no beside the other word in brackets', { kind: 'yesNo', want: ['no'] }, 'No. (Yes would need a remainder of 0.)', true],
  ['a no before a line that speaks of yes', { kind: 'yesNo', want: ['no'] }, 'No\n\nExplanation: yes would be right for 9.', true],
  ['two verdicts and a closing line', { kind: 'yesNo', want: ['yes', 'no'] }, '1. Yes\n2. No\n\nThere is no other way.', true],
  ['the wrong verdict before such a line', { kind: 'yesNo', want: ['no'] }, 'Yes.\n\nThere is no doubt: it is so.', false],
  ['no verdict but such a line', { kind: 'yesNo', want: ['no'] }, 'There is no doubt that it divides it.', false],
  ['both verdicts', { kind: 'yesNo', want: ['yes'] }, 'Yes.\nNo.', false],
  ['yes and no', { kind: 'yesNo', want: ['no'] }, 'Yes and no.', false],
  ['a no that its sentence takes back', { kind: 'yesNo', want: ['no'], claims: ['a vehicle'] }, 'No, a drill is a vehicle.', false],
  ['a yes that its sentence takes back', { kind: 'yesNo', want: ['yes'], claims: ['a tool'] }, 'Yes, a drill is not a tool.', false],
  ['a no with what it is', { kind: 'yesNo', want: ['no'], claims: ['a vehicle'] }, 'No, a drill is a tool.', true],
  ['a no that denies', { kind: 'yesNo', want: ['no'], claims: ['a vehicle'] }, "No, a drill isn't a vehicle.", true],
  ['numbers as texts', { kind: 'json', want: { age: 3 } }, '{"age": "3"}', true],
  ['more keys', { kind: 'json', want: { age: 3 } }, '{"age": 3, "x": 1}', false],
  ['case', { kind: 'json', want: { name: 'Ada' } }, '{"name": "ada"}', true],
  ['a full stop', { kind: 'exactText', value: 'red fox' }, 'red fox.', true],
  ['a greeting', { kind: 'exactText', value: 'red fox' }, 'Hello! red fox', false],
] as const)('%s', async (_, verifier, text, passes) => {
  expect((await grade(verifier, { text })).passes).toBe(passes);
});
