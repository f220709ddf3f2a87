import { expect, test } from 'vitest';
import { grammarOf } from '../../src/engine/grammar/schema-grammar.ts';
import { seededRandom } from '../../src/tiers/random.ts';

/** What the grammar of a schema lets a model write, as a regular expression: of schemas that do not name themselves. */
function allowed(schema: Parameters<typeof grammarOf>[0]): RegExp {
  const rules = new Map(
    grammarOf(schema)
      .split('\n')
      .map((line) => line.split(/ ::= (.*)/s) as [string, string]),
  );
  const written = (name: string): string =>
    (rules.get(name) ?? '').replace(/"((?:\\.|[^"\\])*)"|\[((?:\\.|[^\]\\])*)\]|([a-z]\w*)|\s+/g, (_, text, set, rule) => {
      if (text !== undefined) return `(?:${text.replace(/\\(["\\])/g, '$1').replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&')})`;
      if (set !== undefined) return `[${set.replace(/\\[xuU]([0-9A-F]+)/g, '\\u{$1}')}]`;
      return rule === undefined ? '' : `(?:${written(rule)})`;
    });
  return new RegExp(`^(?:${written('root')})$`, 'u');
}

test('whole numbers are forced between their limits', () => {
  const random = seededRandom('whole');
  for (let round = 0; round < 200; round += 1) {
    const [one, other] = [random.int(-1200, 1200), random.int(-1200, 1200)];
    const [low, high] = [Math.min(one, other), Math.max(one, other)];
    const schema = random.pick([
      { minimum: low, maximum: high },
      { minimum: low },
      { maximum: high - 0.5 },
      { exclusiveMinimum: low - 1, exclusiveMaximum: high + 1 },
    ]);
    const isWithin = (value: number): boolean =>
      value >= (schema.minimum ?? -Infinity) &&
      value <= (schema.maximum ?? Infinity) &&
      value > (schema.exclusiveMinimum ?? -Infinity) &&
      value < (schema.exclusiveMaximum ?? Infinity);
    const rule = allowed({ type: 'integer', ...schema });
    const wrong = Array.from({ length: 2601 }, (_, index) => index - 1300).filter((value) => rule.test(String(value)) !== isWithin(value));
    expect(wrong, JSON.stringify(schema)).toEqual([]);
  }
});

test('numbers are forced between their limits to the last digit', () => {
  const random = seededRandom('decimal');
  for (let round = 0; round < 400; round += 1) {
    const size = random.pick([1, 10, 100, 1000]);
    const drawn = [random.int(-2000, 2000) / size, random.int(-2000, 2000) / size].sort((one, other) => one - other);
    const [low = 0, high = 0] = drawn;
    const [isLowOut, isHighOut] = [random.next() < 0.5, random.next() < 0.5];
    const schema = { [isLowOut ? 'exclusiveMinimum' : 'minimum']: low, [isHighOut ? 'exclusiveMaximum' : 'maximum']: high };
    const isWithin = (value: number): boolean => (isLowOut ? value > low : value >= low) && (isHighOut ? value < high : value <= high);
    if (low === high && (isLowOut || isHighOut)) continue;
    const rule = allowed({ type: 'number', ...schema });
    const near = [low, high, 0, (low + high) / 2].flatMap((at) => [0, 0.0001, -0.0001, 0.01, -0.01, 1, -1, 7.5].map((by) => at + by));
    const wrong = near
      .map((value) => value.toFixed(6))
      .filter((text) => text !== '-0.000000' && rule.test(text) !== isWithin(Number(text)));
    expect(wrong, JSON.stringify(schema)).toEqual([]);
  }
});

test.each<[string, object]>([
  ['a limit of many digits', { minimum: 1e21 }],
  ['nothing between', { minimum: 3, maximum: 2 }],
  ['a limit that is none', { minimum: 'three' }],
])('%s is left to the check of the value', (_, limits) => {
  for (const type of ['integer', 'number']) expect(allowed({ type, ...limits })).toEqual(allowed({ type }));
});

const alphabet = [...'aAbz09 _-.,:@/"\\é名😀\n\t'];

test.each<[pattern: string, right: readonly string[]]>([
  ['^[A-Z]{3}-\\d{2}$', ['ABC-12']],
  ['^\\d{4}-(0[1-9]|1[0-2])$', ['2024-12']],
  ['^(\\+\\d{1,3} )?\\d+$', ['+49 30', '30']],
  ['b.a', ['bza', 'xxb"axx']],
  ['^a', ['a', 'abc']],
  ['a$', ['a', 'bca']],
  ['^a$|^bb|c', ['a', 'bbx', 'xcx']],
  ['^(?:ab?|c)+?$', ['ab', 'cac']],
  ['^(?<year>\\d\\d){1,2}$', ['12', '1234']],
  ['^[^a-z"]+$', ['A9', '\\', '名😀']],
  ['^[\\w.-]+@[\\w-]+\\.\\w{2,}$', ['a.b@c.de']],
  ['^\\x41\\u0042\\u{1F600}$', ['AB😀']],
  ['^[\\s\\S]$', ['\n', '"', '😀']],
  ['^\\S+\\t\\/\\.$', ['a\t/.']],
  ['^$', ['']],
  ['^(|a)$', ['', 'a']],
  ['^[a\\]\\-\\\\^]{2}$', [']-', '\\^']],
])('the pattern %s is forced as it is checked', (pattern, right) => {
  const rule = allowed({ type: 'string', pattern });
  const checked = new RegExp(pattern, 'u');
  const random = seededRandom(pattern);
  const drawn = Array.from({ length: 3000 }, () => Array.from({ length: random.int(0, 6) }, () => random.pick(alphabet)).join(''));
  for (const text of right) expect(rule.test(JSON.stringify(text)), text).toBe(true);
  for (const text of [...drawn, ...right]) expect(rule.test(JSON.stringify(text)), JSON.stringify(text)).toBe(checked.test(text));
});

test.each<[pattern: string]>([
  ['^(?=a)a$'],
  ['^(?!a)b$'],
  ['(?<=a)b'],
  ['^(a)\\1$'],
  ['\\bword\\b'],
  ['^\\p{L}+$'],
  ['^(a?)*$'],
  ['^((((a|b|[a-z ])+)+)+)+$'],
  ['^(a|a|a|[a-z ]?a){1,80}$'],
  ['^(a+b?){20,}a$'],
  ['^a{501}$'],
  ['^((a{30}){30}){30}$'],
  ['^((^a))b$'],
  ['['],
  ['a{2,1}'],
])('the pattern %s is left to the check: no grammar says it, or none that an engine is quick with', (pattern) => {
  expect(grammarOf({ type: 'string', pattern })).toBe(grammarOf({ type: 'string' }));
});

test('lengths hold beside a pattern of one set, and where a pattern cannot be said', () => {
  const set = allowed({ type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 4 });
  expect(['a', 'ab', 'abcd', 'abcde'].map((text) => set.test(JSON.stringify(text)))).toEqual([false, true, true, false]);
  const other = allowed({ type: 'string', pattern: '^(?!x)', minLength: 2, maxLength: 4 });
  expect(['a', 'ab', 'abcd', 'abcde'].map((text) => other.test(JSON.stringify(text)))).toEqual([false, true, true, false]);
});

test('limits that an engine could not hold, or nothing keeps to, are left to the check', () => {
  const text = grammarOf({ type: 'string' });
  expect(grammarOf({ type: 'string', maxLength: 100_000 })).toBe(text);
  expect(grammarOf({ type: 'string', minLength: 5, maxLength: 3 })).toBe(text);
  const list = { type: 'array', items: { type: 'boolean' } };
  expect(grammarOf({ ...list, maxItems: 100_000 })).toBe(grammarOf(list));
  expect(grammarOf({ ...list, minItems: 5, maxItems: 3 })).toBe(grammarOf(list));
});

test.each([
  ['date', ['2024-02-29'], ['2024-2-9', '2024-13-01', 'today']],
  ['time', ['23:59:59Z', '08:00:00.25+02:00'], ['24:00:00Z', '8:00']],
  ['date-time', ['2024-02-29T08:00:00Z'], ['2024-02-29', '2024-02-29 08:00:00Z']],
  ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123e4567']],
  ['ipv4', ['0.0.0.0', '255.199.10.9'], ['256.1.1.1', '1.2.3', '01.2.3.4']],
  ['email', ['ada.l@mail.example.com'], ['ada', 'ada@', '@x.y', 'a..@x']],
])('the format %s is forced', (format, right, wrong) => {
  const rule = allowed({ type: 'string', format });
  expect(right.filter((text) => !rule.test(JSON.stringify(text)))).toEqual([]);
  expect(wrong.filter((text) => rule.test(JSON.stringify(text)))).toEqual([]);
});
