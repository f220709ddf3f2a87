import { describe, expect, test } from 'vitest';
import { sampleForms } from '../../../test/suites/sample-answers.ts';
import { allTiers } from '../../base/model.ts';
import { fence, type Instance, type Verifier } from '../case.ts';
import { casesOf, instanceOf } from '../suite.ts';
import { grade } from './grade.ts';

/** Right answers in the forms they come in pass, and what is denied, open, swapped or echoed does not. */

function partsOf(verify: Verifier | undefined): Readonly<Record<string, string>> {
  if (verify?.kind === 'number') return { '@': String(verify.value) };
  if (verify?.kind === 'oneOf') return { '@1': verify.want[0] ?? '', '@2': verify.want[1] ?? '', '@': verify.want[0] ?? '' };
  if (verify?.kind !== 'yesNo') return {};
  const opposite = (word: string): string => (word === 'yes' ? 'no' : 'yes');
  const lines = (write: (word: string) => string): string => verify.want.map((word, index) => `${index + 1}. ${write(word)}`).join('\n');
  return {
    '@lines': lines((word) => word),
    '@reasons': lines((word) => `${word}, as the story tells.`),
    '@asked': lines((word) => `${word}? That is false.`),
    '@back': lines((word) => `${word}, wait, actually ${opposite(word)}`),
    '@reversed': lines((word) => word)
      .split('\n')
      .reverse()
      .join('\n'),
  };
}

function filled(text: string, { turns }: Instance): string {
  const parts = Object.entries(partsOf(turns.at(-1)?.verify)).sort(([a], [b]) => b.length - a.length);
  return parts.reduce((rest, [mark, value]) => rest.replaceAll(mark, () => value), text);
}

const definitionOf = new Map(allTiers.flatMap(casesOf).map((definition) => [definition.id, definition]));

describe.each(sampleForms)('$caseId', ({ caseId, right, wrong }) => {
  const definition = definitionOf.get(caseId);
  if (!definition) throw new Error(`no case ${caseId}`);
  const graded = async (text: string, seed: string): Promise<boolean> => {
    const instance = instanceOf(definition, seed, 0);
    const verify = instance.turns.at(-1)?.verify;
    if (!verify) throw new Error('nothing is graded');
    return (await grade(verify, { text: filled(text, instance) })).passes;
  };
  test.each(right)('right: %j', async (text) => {
    for (const seed of ['0', '1', '2', '3', '4']) expect(await graded(text, seed), `seed ${seed}`).toBe(true);
  });
  test.each(wrong)('wrong: %j', async (text) => {
    for (const seed of ['0', '1', '2', '3', '4']) expect(await graded(text, seed), `seed ${seed}`).toBe(false);
  });
});

/** Numbers as they are written. */
test.each([
  ['Answer: 12 345', 12345, true],
  ['Answer: 12\u202f345', 12345, true],
  ['Answer: 12{,}345', 12345, true],
  ["Answer: 12'345", 12345, true],
  ['Answer: \u22124', -4, true],
  ['Answer: forty-one', 41, true],
  ['Answer: two hundred and six', 206, true],
  ['Answer: one thousand and twelve', 1012, true],
  ['Answer: 2.5 miles ≈ 4023 metres', 4023, true],
  ['Answer: 2.5 miles are 4023 metres', 4023, true],
  ['Answer: 4024', 4023, false],
  ['Answer: fortyone', 41, false],
  ['Answer: 4-5', 5, false],
])('%j is read for %d: %s', async (text, value, passes) => {
  expect((await grade({ kind: 'number', value, tolerance: 1 }, { text })).passes).toBe(passes);
});

test('a unit that is another quantity fails', async () => {
  const verify = { kind: 'number', value: 4023, unit: { is: ['metre', 'meter'], isNot: ['kilo', 'km'] } } as const;
  for (const text of ['Answer: 4023 metres', 'Answer: 4023', 'Answer: 2.5 miles, that is 4023 meters'])
    expect((await grade(verify, { text })).passes, text).toBe(true);
  for (const text of ['Answer: 4023 kilometres', 'Answer: 4023 km']) expect((await grade(verify, { text })).passes, text).toBe(false);
});

/** The last value of the wanted shape counts. */
test.each([
  ['A first try: ["a"]\nThen [1, 2] moved.\n{"a": 1}', true],
  [`${fence('json', '{"a": 2}')}\nNo, that is wrong:\n${fence('json', '{"a": 1}')}`, true],
  [`${fence('json', '{"a": 1}')}\nNo, rather {"a": 2}`, false],
  ['{"a": "0x1"}', false],
  ['{"a": "1"}', true],
  ['{\u00a0"a": 1 }', true],
])('JSON in %j: %s', async (text, passes) => {
  expect((await grade({ kind: 'json', want: { a: 1 } }, { text })).passes).toBe(passes);
});

test('two that are asked for stand in the order of the question, or beside their names', async () => {
  const verify = { kind: 'oneOf', options: ['B12', 'C34', 'D56'], want: ['B12', 'C34'], owners: ['Nela', 'Oskar'], inOrder: true } as const;
  for (const text of ['B12, C34', 'Oskar: C34, Nela: B12', 'C34 is the one of Oskar, B12 that of Nela', 'Nela and Oskar have B12 and C34'])
    expect((await grade(verify, { text })).passes, text).toBe(true);
  for (const text of ['C34, B12', 'Nela: C34, Oskar: B12', 'Oskar and Nela have B12 and C34'])
    expect((await grade(verify, { text })).passes, text).toBe(false);
});

/** One rule for both languages: the last block with a definition. */
const add = 'function add(a, b) {\n  return a + b;\n}';
test.each([
  ['an example in the block', fence('js', `${add}\nconsole.log(add(1, 2));\nconsole.table([1]);`), true],
  ['an export', fence('js', `${add}\nmodule.exports = add;\nmodule.exports.add = add;`), true],
  ['only exported', fence('js', 'module.exports = { add: (a, b) => a + b };\nconst add = module.exports.add;'), true],
  ['an export of a module', fence('js', `export ${add}\nexport { add };`), true],
  ['names of its own', fence('js', `const console = { log() {} };\nconst module = {};\n${add}`), true],
  ['a call in a later block', `${fence('js', add)}\nUse:\n${fence('js', 'add(1, 2)')}\nOutput:\n${fence('', '> add(1, 2)\n3')}`, true],
  ['no fence', `Here you are:\n\nconst add = (a, b) => a + b;\n\nGood luck`, true],
  ['waves in place of a fence', `~~~js\n${add}\n~~~`, true],
  ['the corrected one last', `${fence('js', add.replace('+', '-'))}\nCorrected:\n${fence('js', add)}`, true],
  ['a wrong one last', `${fence('js', add)}\n${fence('js', add.replace('+', '-'))}`, false],
  ['a call and no definition', fence('js', 'console.log(add(1, 2));'), false],
])('code with %s: %s', async (_, text, passes) => {
  const tests = [{ args: [2, 3], want: 5 }];
  expect((await grade({ kind: 'code', functionName: 'add', tests }, { text })).passes).toBe(passes);
});

test('a function that must leave what it is given is held to it', async () => {
  const verify = { kind: 'code', functionName: 'two', tests: [{ args: [[1, 2]], want: [2, 4] }], keepsInput: true } as const;
  const kept = fence('js', 'function two(list) { return list.map((n) => n * 2); }');
  const changed = fence('js', 'function two(list) { list.forEach((n, i) => { list[i] = n * 2; }); return list; }');
  expect((await grade(verify, { text: kept })).passes).toBe(true);
  expect(await grade(verify, { text: changed })).toMatchObject({ passes: false });
});

/** Statements are cut by a tokenizer. */
test.each([
  ['select n from t where s = \'a;b\' or s = "c;d" -- a remark; of one line\n', true],
  ['(select n from t)', true],
  ['/* first; */ select n from t;', true],
  ['select n from t; select 2', false],
  ['drop table t', false],
])('SQL %j: %s', async (query, passes) => {
  const databases = ["create table t(n, s); insert into t values (1, 'a;b')"];
  expect((await grade({ kind: 'sql', databases, reference: 'select n from t' }, { text: fence('sql', query) })).passes).toBe(passes);
});

test('a query that takes too much memory fails, and nothing else happens', async () => {
  const verify = { kind: 'sql', databases: ['create table t(n)'], reference: 'select 1' } as const;
  expect(await grade(verify, { text: 'select length(hex(zeroblob(300000000)))' })).toMatchObject({
    passes: false,
    evidence: 'out of memory',
  });
});

/** A pattern counts as it is written. */
test.each([
  ['Answer: ^[A-Z]\\d$', true],
  ['Answer: `^[A-Z]\\d$`.', true],
  ['Answer: `^[A-Z]\\d$` (anchored on both sides)', true],
  ['Answer: /^[A-Z]\\d$/', true],
  ['**Answer:**\n\n```js\n^[A-Z]\\d$\n```', true],
  ['Answer: <^[A-Z]\\d$>', true],
  ['Answer: [A-Z]\\d', false],
  ['Answer: /^[A-Z]\\d$/i', false],
])('pattern in %j: %s', async (text, passes) => {
  expect((await grade({ kind: 'regex', matches: ['A1'], rejects: ['a1', 'xA1', 'A12'] }, { text })).passes).toBe(passes);
});
