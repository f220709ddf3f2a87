import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { publishedSchema } from '../../../test/suites/published-schema.ts';
import { dataPath } from '../../base/parts.ts';
import { nullModels } from '../null-models.ts';
import { verdictOn } from '../verdict-on.ts';
import { lintSuite } from './lint.ts';
import { parseSuite, readSuite } from './load-suite.ts';

/** A suite of one case, with parts of it changed. */
function suiteText(changes: object = {}, more: object = {}): string {
  const turn = { user: 'Two and two?', verify: { kind: 'number', value: 4 }, oracle: { text: '4' }, wrong: [{ text: '5' }] };
  return JSON.stringify({ suite: 'mine', version: '1.0.0', cases: [{ id: 'a', maxTokens: 20, turns: [turn], ...changes }], ...more });
}

const turnWith = (verify: object, more: object = {}): object => ({
  turns: [{ user: 'Q', verify, oracle: { text: 'x' }, wrong: [{ text: 'y' }], ...more }],
});

test('the published schema is made of the one files are checked with', () => {
  expect(readFileSync(dataPath('suites', 'suite.schema.json'), 'utf8')).toBe(publishedSchema());
});

test('the example is sound', async () => {
  const { cases } = await lintSuite(readSuite(dataPath('suites', 'example.json')));
  expect(cases.map(({ id, problems }) => [id, problems])).toEqual(
    ['sum', 'opening-hours', 'as-json', 'note', 'initials'].map((id) => [id, []]),
  );
});

test('the suite in the docs is one, and is sound', async () => {
  const page = readFileSync(dataPath('suites', '../docs/testing.md'), 'utf8');
  const text = /<!-- example -->\n```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const { suite, cases } = await lintSuite(parseSuite(text, 'docs'));
  expect([suite, cases]).toEqual(['greetings', [{ id: 'count', tried: 2, variants: 2, problems: [] }]]);
  // The number of answerers is said there.
  expect(page).toContain(`and ${nullModels.length} answerers who know nothing`);
});

describe('what has not the form of a suite is refused by name', () => {
  test.each([
    ['no JSON', '{', 'mine.json: it is not JSON'],
    ['a list', '[]', 'mine.json: suite: it is missing'],
    ['a field nobody knows', suiteText({}, { passrule: 1 }), 'mine.json: passrule: there is no such field'],
    ['a field nobody knows in a case', suiteText({ seed: 1 }), 'mine.json: cases.0.seed: there is no such field'],
    ['a field that is missing', suiteText({ maxTokens: undefined }), 'mine.json: cases.0.maxTokens: it is missing'],
    [
      'a kind nobody knows',
      suiteText(turnWith({ kind: 'judge' })),
      /cases\.0\.turns\.0\.verify\.kind: "judge" is not known; known are exactText, number,/,
    ],
    ['a kind inside another', suiteText(turnWith({ kind: 'all', parts: [{ kind: 'llm' }] })), /verify\.parts\.0\.kind: "llm" is not known/],
    ['a rule nobody knows', suiteText(turnWith({ kind: 'constraints', list: [{ rule: 'nice' }] })), /list\.0\.rule: "nice" is not known/],
    ['a value of another type', suiteText(turnWith({ kind: 'number', value: 'four' })), /verify\.value: /],
    ['no answer that is right', suiteText({ turns: [{ user: 'Q', verify: { kind: 'number', value: 4 } }] }), /needs "oracle"/],
    ['nothing that is graded', suiteText({ turns: [{ user: 'Q' }] }), /its last turn has no "verify"/],
    ['the name of the built-in one', suiteText({}, { suite: 'luci-tiers' }), /is the name of the built-in one/],
    [
      'a case twice',
      JSON.stringify({ ...JSON.parse(suiteText()), cases: [1, 2].map(() => JSON.parse(suiteText()).cases[0]) }),
      /"a" is there twice/,
    ],
    ['a parameter that is not used', suiteText({ parameters: { b: [1] } }), /the parameter "b" is not used/],
    [
      'a placeholder without a parameter',
      suiteText({ parameters: { b: ['x'] }, ...turnWith({ kind: 'exactText', value: '{b}{c}' }) }),
      /there is no parameter "c"; .* \{\{c\}\}/,
    ],
    [
      'a parameter of another type',
      suiteText({ parameters: { b: [4, 'four'] }, ...turnWith({ kind: 'number', value: '{b}' }) }),
      /verify\.value: expected number, found "four" \(with b = "four"\)/,
    ],
    ['a path out of the folder', suiteText({ world: { files: { '../x': '' } } }), /world\.files\.\.\.\/x: /],
    [
      'a path out of the folder by a parameter',
      suiteText({ parameters: { b: ['a', '../../b'] }, world: { files: { '{b}.txt': '' } } }),
      /with b = "\.\.\/\.\.\/b"/,
    ],
    [
      'code where a name is expected',
      suiteText(turnWith({ kind: 'code', functionName: 'f(1);process', tests: [{ args: [], want: 1 }] })),
      /functionName/,
    ],
    [
      'nesting without end',
      suiteText(turnWith(JSON.parse(`${'{"kind":"all","parts":['.repeat(60)}{"kind":"number","value":1}${']}'.repeat(60)}`))),
      /nested too deeply/,
    ],
    [
      'too many instances',
      suiteText({
        parameters: Object.fromEntries([...'abcdefgh'].map((name) => [name, Array(10).fill(1)])),
        turns: [{ user: '{a}{b}{c}{d}{e}{f}{g}{h}' }],
      }),
      /more than 1000000/,
    ],
  ])('%s', (_, text, message) => {
    expect(() => parseSuite(text, 'mine.json')).toThrow(message);
  });

  test('a file that is not there', () => {
    expect(() => readSuite('/no/such/suite.json')).toThrow('There is no suite file');
  });
});

test.each(['/etc/passwd', '..', 'a/../b', 'a//b', './a', 'a/', 'C:/x', 'a\\b', 'con', 'a/NUL.txt', 'x.', 'a /b', 'a\u0000b', 'a?b'])(
  'the path %j is refused',
  (path) => {
    expect(() => parseSuite(suiteText({ world: { files: { [path]: '' } } }), 'mine.json')).toThrow('world.files');
  },
);

test.each(['a.txt', 'a/b/c.md', '.hidden', 'Ä ö/ü.txt', 'console.log', 'a-b_c+d,e=f[1]{2}.x'])('the path %j is taken', (path) => {
  expect(parseSuite(suiteText({ world: { files: { [path]: '' } } }), 'mine.json').cases).toHaveLength(1);
});

test('parameters: numbers stay numbers, keys are filled in, doubled braces stay, every instance comes once before one comes again', () => {
  const text = suiteText({
    parameters: {
      a: ['p', 'q', 'r'],
      b: [
        { n: 1, m: 2 },
        { n: 3, m: 4 },
      ],
    },
    world: { files: { '{a}.txt': '{{a}} is {a}' } },
    ...turnWith({ kind: 'json', want: { '{a}': '{b.n}', list: ['{b.m}', '{b.m}!'] } }, { user: '{a}{b.n}' }),
  });
  const [own] = parseSuite(text, 'mine.json').cases;
  const asked = Array.from({ length: 6 }, (_, variant) => own?.instance('0', variant));
  expect(new Set(asked.map((instance) => instance?.turns[0]?.user)).size).toBe(6);
  expect(asked.map((instance) => instance?.turns[0]?.user)).toEqual(
    Array.from({ length: 6 }, (_, variant) => own?.instance('0', variant).turns[0]?.user),
  );
  const one = asked.find((instance) => instance?.turns[0]?.user === 'q3');
  expect(one?.world?.files).toEqual({ 'q.txt': '{a} is q' });
  expect(one?.turns[0]?.verify).toEqual({ kind: 'json', want: { q: 3, list: [4, '4!'] } });
});

test('the hash follows the content and nothing else', () => {
  const hash = (text: string): string => parseSuite(text, 'x').hash;
  const value = JSON.parse(suiteText()) as Record<string, unknown>;
  const turned = JSON.stringify(Object.fromEntries(Object.entries(value).reverse()), null, 4);
  expect(hash(turned)).toBe(hash(suiteText()));
  expect(hash(suiteText({ maxTokens: 21 }))).not.toBe(hash(suiteText()));
});

describe('lint says what is wrong with a case', () => {
  const problems = async (changes: object): Promise<readonly string[]> =>
    (await lintSuite(parseSuite(suiteText(changes), 'mine.json'))).cases[0]?.problems ?? [];

  test('a right answer that fails', async () => {
    expect(await problems(turnWith({ kind: 'number', value: 4 }))).toEqual([
      'the right answer fails: there is no number that is the answer',
    ]);
  });
  test('a wrong answer that passes', async () => {
    expect(await problems(turnWith({ kind: 'exactText', value: 'x' }, { wrong: [{ text: 'y' }, { text: 'x.' }] }))).toEqual([
      'wrong answer 2 passes',
    ]);
  });
  test('somebody who knows nothing and passes', async () => {
    const yes = turnWith({ kind: 'yesNo', want: ['yes'] }, { oracle: { text: 'yes' }, wrong: [{ text: 'no' }] });
    expect(await problems(yes)).toEqual(['somebody who says yes passes']);
    const one = turnWith({ kind: 'number', value: 42 }, { oracle: { text: '42' } });
    expect(await problems(one)).toEqual(['somebody who says 42 passes']);
    const nothing = { ...turnWith({ kind: 'state', files: {} }), world: { files: {} } };
    expect((await problems(nothing)).length).toBeGreaterThan(10);
  });
  test('a query that does not work', async () => {
    const sql = { kind: 'sql', databases: ['create table t(a)'], reference: 'select b from t' };
    expect(await problems(turnWith(sql, { oracle: { text: 'select a from t' }, wrong: [{ text: 'select 1' }] }))).toEqual([
      expect.stringMatching(/^the right answer fails: the case itself does not work, its query fails: no such column: b/),
    ]);
  });
});

test('what a suite says runs in the sandbox: nothing of it reaches this process', async () => {
  const attack = '[(globalThis.reached = 1), this.constructor.constructor("return process")().exit(3)]';
  const text = suiteText(
    turnWith(
      { kind: 'project', entry: './main', expression: attack, want: '1', gone: [] },
      { oracle: { text: 'x' }, wrong: [{ text: 'y' }] },
    ),
  );
  const [own] = parseSuite(text.replace('"maxTokens"', '"world":{"files":{"main.js":"module.exports = 1"}},"maxTokens"'), 'x').cases;
  const instance = own?.instance('0', 0);
  expect(instance && (await verdictOn(instance, instance.oracle))).toMatchObject({ passes: false, reason: 'the project does not run' });
  expect('reached' in globalThis).toBe(false);
});
