import type { CaseDefinition, Instance } from '../../case.ts';
import { plain, reservedNumbers, type Verifier } from '../../case.ts';
import { spokenWords } from '../../grade/spoken-words.ts';
import type { Random } from '../../random.ts';
import { arabic } from './arabic.ts';
import { chinese } from './chinese.ts';
import { french } from './french.ts';
import { german } from './german.ts';
import { hindi } from './hindi.ts';
import { italian } from './italian.ts';
import { japanese } from './japanese.ts';
import { portuguese } from './portuguese.ts';
import { russian } from './russian.ts';
import { spanish } from './spanish.ts';
import { englishWords, type LanguageTexts, type WordKind, wordKinds } from './texts.ts';

/** The plain single questions of tier 0 in ten languages. */

/** The languages, in the order they are asked. */
export const languageTexts: readonly LanguageTexts[] = [
  german,
  french,
  spanish,
  italian,
  portuguese,
  russian,
  japanese,
  chinese,
  arabic,
  hindi,
];

interface Kind {
  readonly title: string;
  readonly maxTokens: number;
  readonly chanceLevel: number;
  readonly generate: (texts: LanguageTexts, random: Random) => Instance;
}

/** By the end of the id, as in `de-sum`. Budgets hold for scripts that take a token a letter and more. */
export const languageKinds: Readonly<Record<string, Kind>> = {
  copy: { title: 'Repeat a text exactly', maxTokens: 120, chanceLevel: 0, generate: copy },
  sum: { title: 'Add two numbers', maxTokens: 160, chanceLevel: 0, generate: (texts, random) => sum(texts, random, 1) },
  tenths: { title: 'Add two decimal fractions', maxTokens: 160, chanceLevel: 0, generate: (texts, random) => sum(texts, random, 10) },
  extract: { title: 'Find a fact in a note', maxTokens: 120, chanceLevel: 1 / 8, generate: extract },
  yesno: { title: 'Four yes or no questions', maxTokens: 240, chanceLevel: 1 / 14, generate: yesNo },
  pick: { title: 'Pick the word of a kind', maxTokens: 120, chanceLevel: 1 / 8, generate: pick },
  json: { title: 'Write a small JSON object', maxTokens: 200, chanceLevel: 0, generate: json },
  order: { title: 'Put days in order', maxTokens: 160, chanceLevel: 1 / 24, generate: order },
  translate: { title: 'Say a word in English', maxTokens: 120, chanceLevel: 1 / 15, generate: translate },
};

/** All cases, language by language. */
export const languageCases: readonly CaseDefinition[] = languageTexts.flatMap((texts) =>
  Object.entries(languageKinds).map(([kind, { title, maxTokens, chanceLevel, generate }]) => ({
    id: `${texts.language}-${kind}`,
    title: `${title} (${texts.name})`,
    ability: texts.name,
    maxTokens,
    chanceLevel,
    generate: (random: Random) => generate(texts, random),
  })),
);

/** A question whose answer is in the language. */
function spoken({ language }: LanguageTexts, user: string, answer: Verifier, right: string, nearMiss: string): Instance {
  return plain(user, { kind: 'inLanguage', language, answer }, right, nearMiss);
}

function filled(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function listed({ listMark = ', ' }: LanguageTexts, parts: readonly string[]): string {
  return parts.join(listMark);
}

function copy(texts: LanguageTexts, random: Random): Instance {
  const words = random.some(wordKinds, 2).map((kind) => random.pick(texts.kinds[kind].words));
  const text = `${words.join(' ')} ${random.int(103, 998)}`;
  return spoken(
    texts,
    filled(texts.copy, { text }),
    { kind: 'exactText', value: text },
    text,
    `${words.toReversed().join(' ')} ${random.int(103, 998)}`,
  );
}

/** Whole numbers, or tenths written with the comma or the point of the language. */
function sum(texts: LanguageTexts, random: Random, parts: 1 | 10): Instance {
  const mark = spokenWords[texts.language].hasCommaDecimals && texts.language !== 'ar' ? ',' : '.';
  for (;;) {
    const [first, second] = parts === 1 ? [random.int(12, 48), random.int(5, 29)] : [random.int(111, 489), random.int(41, 299)];
    const total = first + second;
    if (reservedNumbers.has(total) || [first, second, total].some((number) => parts > 1 && number % parts === 0)) continue;
    const [a = '', b = '', right = '', wrong = ''] = [first, second, total, total + 10].map((number) =>
      String(number / parts).replace('.', mark),
    );
    const answer = { kind: 'number', value: total / parts } as const;
    return spoken(texts, filled(texts.sum, { a, b }), answer, ownDigits(texts, `${a} + ${b} = ${right}`), wrong);
  }
}

/** Digits as somebody may write them who answers in the language. */
function ownDigits({ language }: LanguageTexts, text: string): string {
  const zero = { ar: 0x660, hi: 0x966, ja: 0xff10, zh: 0xff10 }[language as string];
  return zero === undefined ? text : text.replace(/\d/g, (digit) => String.fromCharCode(zero + Number(digit)));
}

function extract(texts: LanguageTexts, random: Random): Instance {
  const people = random.shuffle(texts.people);
  const codes = new Set<string>();
  while (codes.size < people.length) codes.add(`${random.pick([...'BCDFGHKM'])}${random.int(213, 989)}`);
  const list = [...codes];
  const [asked = 0, other = 0] = random.some([...list.keys()], 2);
  const note = people.map((person, index) => filled(texts.has, { person, code: list[index] ?? '' })).join(' ');
  const question = filled(texts.whose, { person: people[asked] ?? '' });
  const want = list[asked] ?? '';
  return spoken(texts, `${texts.note}\n\n${note}\n\n${question}`, { kind: 'oneOf', options: list, want: [want] }, want, list[other] ?? '');
}

/** Kinds of which one might say that a word is of both: a lemon is a colour too. */
function areNear(one: WordKind, other: WordKind): boolean {
  return one === other || [one, other].every((kind) => kind === 'colour' || kind === 'fruit');
}

function yesNo(texts: LanguageTexts, random: Random): Instance {
  let pattern: boolean[];
  do pattern = [0, 1, 2, 3].map(() => random.next() < 0.5);
  while (new Set(pattern).size < 2);
  const questions = pattern.map((isTrue) => {
    const kind = random.pick(wordKinds);
    const claimed = isTrue ? kind : random.pick(wordKinds.filter((name) => !areNear(kind, name)));
    return filled(texts.isKind, { word: random.pick(texts.kinds[kind].words), kind: texts.kinds[claimed].one });
  });
  const { yes, no } = spokenWords[texts.language];
  const inWords = (answers: readonly boolean[]): string => numbered(answers.map((value) => (value ? yes : no)[0] ?? ''));
  const want = pattern.map((value) => (value ? ('yes' as const) : ('no' as const)));
  const flipped = pattern.map((value, index) => value !== (index === 2));
  return {
    ...spoken(texts, `${texts.yesNo}\n${numbered(questions)}`, { kind: 'yesNo', want }, inWords(pattern), inWords(flipped)),
    guess: (guesser) => inWords(pattern.map(() => guesser.next() < 0.5)),
  };
}

function numbered(lines: readonly string[]): string {
  return lines.map((line, index) => `${index + 1}. ${line}`).join('\n');
}

function pick(texts: LanguageTexts, random: Random): Instance {
  const wanted = random.pick(wordKinds);
  const want = random.pick(texts.kinds[wanted].words);
  const others = wordKinds.filter((kind) => !areNear(kind, wanted)).flatMap((kind) => texts.kinds[kind].words);
  const rest = random.some(others, 7);
  const options = random.shuffle([want, ...rest]);
  const user = filled(texts.pick, { kind: texts.kinds[wanted].one, options: listed(texts, options) });
  return spoken(texts, user, { kind: 'oneOf', options, want: [want] }, want, rest[0] ?? '');
}

function json(texts: LanguageTexts, random: Random): Instance {
  const [name, town, age] = [random.pick(texts.people), random.pick(texts.towns), random.int(19, 67)];
  const objectOf = (...values: readonly unknown[]) => Object.fromEntries(texts.keys.map((key, index) => [key, values[index]]));
  const user = filled(texts.json, {
    name,
    town,
    age,
    keys: listed(
      texts,
      texts.keys.map((key) => `"${key}"`),
    ),
  });
  const right = `\`\`\`json\n${JSON.stringify(objectOf(name, age, town))}\n\`\`\``;
  return spoken(texts, user, { kind: 'json', want: objectOf(name, age, town) }, right, JSON.stringify(objectOf(name, town, age)));
}

function order(texts: LanguageTexts, random: Random): Instance {
  const [first = '', ...later] = texts.days;
  const chosen = random.some(later, 4);
  const want = later.filter((day) => chosen.includes(day));
  const asked = chosen.every((day, index) => day === want[index]) ? chosen.toReversed() : chosen;
  const [one = '', two = '', ...rest] = want;
  const user = filled(texts.order, { first, days: listed(texts, asked) });
  return {
    ...spoken(texts, user, { kind: 'oneOf', options: later, want, inOrder: true }, listed(texts, want), listed(texts, [two, one, ...rest])),
    guess: (guesser) => guesser.shuffle(want).join(', '),
  };
}

/** The one question whose answer is in another language than it was asked in. */
function translate(texts: LanguageTexts, random: Random): Instance {
  const options = Object.values(englishWords).flat();
  for (;;) {
    const kind = random.pick(Object.keys(englishWords) as (keyof typeof englishWords)[]);
    const index = random.int(0, 4);
    const [word = '', want = ''] = [texts.kinds[kind].words[index], englishWords[kind][index]];
    if (word.toLowerCase() === want) continue;
    return spoken(texts, filled(texts.translate, { word }), { kind: 'oneOf', options, want: [want] }, want, word);
  }
}
