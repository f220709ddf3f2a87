import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { beyondSuite } from '../../src/tiers/beyond/beyond-suites.ts';
import { languageKinds, languageTexts } from '../../src/tiers/beyond/languages/languages.ts';
import { wordKinds } from '../../src/tiers/beyond/languages/texts.ts';
import type { SpokenLanguage, Verifier } from '../../src/tiers/case.ts';
import { grade } from '../../src/tiers/grade/grade.ts';
import { nullModels } from '../../src/tiers/null-models.ts';
import type { Suite } from '../../src/tiers/suite.ts';
import { verdictOn } from '../../src/tiers/verdict-on.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';
import { openTestBench } from '../fixtures/test-bench.ts';
import { forms, guess } from '../suites/answerers.ts';

/** `luci test --suite languages`: the plain questions of tier 0 in ten languages. */

vi.setConfig({ testTimeout: 120_000 });

const suite = beyondSuite('languages') as Suite;
const cases = suite.casesOf(0);

test('ten languages of five scripts, nine kinds each', () => {
  expect(languageTexts.map(({ language }) => language)).toEqual(['de', 'fr', 'es', 'it', 'pt', 'ru', 'ja', 'zh', 'ar', 'hi']);
  expect(cases).toHaveLength(10 * Object.keys(languageKinds).length);
});

test('right answers pass and nearly right ones fail, in every language', async () => {
  for (const { id } of cases)
    for (let seed = 0; seed < 8; seed += 1) {
      const asked = suite.instanceOf(id, String(seed), 0);
      expect(await verdictOn(asked, asked.oracle), `${id}, seed ${seed}`).toEqual({ passes: true });
      expect(await verdictOn(asked, asked.nearMiss), `${id}, seed ${seed}`).toMatchObject({ passes: false });
    }
});

test.each(forms)('a right answer with $name passes', async ({ form, except = [] }) => {
  for (const { id } of cases) {
    const asked = suite.instanceOf(id, '3', 0);
    const turns = asked.oracle.map((turn) => ({ ...turn, text: form(turn.text) }));
    expect((await verdictOn(asked, turns)).passes, id).toBe(!(id.endsWith('-copy') && except.includes('t0-copy')));
  }
});

/** Draw from the prompt: they hit as rarely as a guess. */
const drawing = ['says a random word of the prompt', 'says a random line of the prompt'];

test.each(nullModels.filter(([name]) => !drawing.includes(name)))('an answerer that %s passes nothing', async (_, answer) => {
  for (const { id } of cases)
    for (const seed of [0, 1]) {
      const asked = suite.instanceOf(id, String(seed), 0);
      expect(await verdictOn(asked, answer(asked)), `${id}, seed ${seed}`).toMatchObject({ passes: false });
    }
});

test('somebody who guesses, or draws from the prompt, passes as rarely as the kinds say', async () => {
  const guessers = [
    (asked: ReturnType<Suite['instanceOf']>, seed: string) => guess(asked, seed),
    ...nullModels.filter(([name]) => drawing.includes(name)).map(([, answer]) => answer),
  ];
  for (const [kind, { chanceLevel }] of Object.entries(languageKinds))
    for (const answer of guessers) {
      let [passed, total] = [0, 0];
      for (const { language } of languageTexts)
        for (let seed = 0; seed < 12; seed += 1) {
          const asked = suite.instanceOf(`${language}-${kind}`, String(seed), 0);
          passed += (await verdictOn(asked, answer(asked, String(seed)))).passes ? 1 : 0;
          total += 1;
        }
      expect(passed, kind).toBeLessThanOrEqual(total * chanceLevel + 3 * Math.sqrt(total * chanceLevel * (1 - chanceLevel)));
    }
});

test('the same seed gives the same question, and 200 seeds at least 60 different ones', () => {
  for (const { id } of cases) {
    const promptOf = (seed: number): string => suite.instanceOf(id, String(seed), 0).turns[0]?.user ?? '';
    expect(promptOf(7)).toBe(promptOf(7));
    // A word to translate is one of fifteen at most.
    const least = id.endsWith('-translate') ? 12 : 60;
    expect(new Set(Array.from({ length: 200 }, (_, seed) => promptOf(seed))).size, id).toBeGreaterThanOrEqual(least);
    expect(promptOf(7), id).not.toMatch(/\{\w+\}/);
    expect(promptOf(7), id).toBe(promptOf(7).normalize('NFC'));
  }
});

test('words of a language are all different, and none is part of another', () => {
  for (const { name, kinds, days, people } of languageTexts) {
    const words = wordKinds.flatMap((kind) => kinds[kind].words);
    for (const list of [words, days, people]) expect(new Set(list).size, name).toBe(list.length);
    const hidden = words.filter((word) => words.some((other) => other !== word && other.toLowerCase().includes(word.toLowerCase())));
    // Words of such languages stand apart.
    if (['Japanese', 'Chinese'].includes(name)) expect(hidden, name).toEqual([]);
  }
});

async function passes(language: SpokenLanguage, answer: Verifier, text: string): Promise<boolean> {
  return (await grade({ kind: 'inLanguage', language, answer }, { text })).passes;
}

const twenty7: Verifier = { kind: 'number', value: 27 };
const tenths: Verifier = { kind: 'number', value: 27.5 };
const oneYes: Verifier = { kind: 'yesNo', want: ['yes', 'no', 'no', 'yes'] };

test.each<[SpokenLanguage, readonly string[], readonly string[]]>([
  [
    'de',
    ['27', 'Antwort: 27', '12 plus 15 ist 27.', 'Das Ergebnis ist **27**', '12 + 15 = 27', '２７'],
    ['nicht 27', '27 oder 28', 'vielleicht 27', 'Ist es 27?', '27,5', '270'],
  ],
  ['fr', ['27', 'Réponse : 27', '12 et 15 font 27.'], ['pas 27', '27 ou 28', 'peut-être 27', '27,5']],
  ['es', ['27', '12 más 15 son 27', 'Respuesta: 27'], ['no es 27', '27 o 28', 'quizás 27']],
  ['it', ['27', '12 più 15 fa 27'], ['non è 27', '27 oppure 28', 'forse 27']],
  ['pt', ['27', '12 mais 15 são 27', 'Resposta: 27'], ['não é 27', '27 ou 28', 'talvez 27']],
  ['ru', ['27', '12 плюс 15 будет 27', 'Ответ: 27'], ['не 27', '27 или 28', 'возможно 27']],
  ['ja', ['27', '２７', '二十七', '答えは27です。', '12 + 15は27です。', '27個'], ['27ではありません', '27または28', 'たぶん27', '二十八']],
  ['zh', ['27', '２７', '二十七', '12 + 15等于27。', '答案：27', '答案是27。'], ['不是27', '27或28', '可能是27', '二十六']],
  ['ar', ['27', '٢٧', '۲۷', '\u200f٢٧\u200f', 'الإجابة: ٢٧', '12 + 15 يساوي 27'], ['ليس 27', '27 أو 28', 'ربما 27', '٢٨']],
  ['hi', ['27', '२७', 'उत्तर: २७', '12 + 15 = २७ होता है'], ['27 नहीं है', '27 या 28', 'शायद 27', '२८']],
])('numbers of %s', async (language, right, wrong) => {
  for (const text of right) expect(await passes(language, twenty7, text), text).toBe(true);
  for (const text of wrong) expect(await passes(language, twenty7, text), text).toBe(false);
});

test('tenths have the comma or the point, and other digits', async () => {
  for (const [language, text] of [
    ['de', '27,5'],
    ['de', '27.5'],
    ['fr', '= 27,5'],
    ['ru', '27,5'],
    ['ar', '٢٧٫٥'],
    ['ar', '27,5'],
    ['hi', '२७.५'],
    ['zh', '２７．５'],
  ] as const)
    expect(await passes(language, tenths, text), text).toBe(true);
  for (const text of ['275', '27', '27,05', '2,75']) expect(await passes('de', tenths, text), text).toBe(false);
  expect(await passes('de', { kind: 'number', value: 1234 }, '1.234')).toBe(true);
});

test.each<[SpokenLanguage, readonly string[], readonly string[]]>([
  [
    'de',
    ['ja\nnein\nnein\nja', 'Ja, nein, nein, ja', '1. Ja.\n2. Nein.\n3. Nein, das ist kein Tier.\n4. Ja!'],
    ['yes\nno\nno\nyes', 'ja\nnein\nja\nja', 'ja\nnein\nnein\nja oder nein'],
  ],
  ['fr', ['oui\nnon\nnon\noui'], ['yes\nno\nno\nyes', 'oui\noui\nnon\noui']],
  ['es', ['sí\nno\nno\nsí', '1. Sí\n2. No\n3. No\n4. Sí'], ['yes\nno\nno\nyes', 'sí\nno\nsí\nsí']],
  ['it', ['sì\nno\nno\nsì'], ['yes\nno\nno\nyes']],
  ['pt', ['sim\nnão\nnão\nsim'], ['yes\nno\nno\nyes']],
  ['ru', ['да\nнет\nнет\nда', '1) Да\n2) Нет\n3) Нет\n4) Да'], ['yes\nno\nno\nyes', 'да\nнет\nда\nда']],
  [
    'ja',
    ['はい\nいいえ\nいいえ\nはい', '1. はい、動物です。\n2. いいえ\n3. いいえ\n4. はい', 'はい、いいえ、いいえ、はい'],
    ['yes\nno\nno\nyes', 'はい\nはい\nいいえ\nはい'],
  ],
  ['zh', ['是\n否\n否\n是', '1. 是的。\n2. 不是。\n3. 否\n4. 是', '是，否，否，是'], ['yes\nno\nno\nyes', '是\n是\n否\n是']],
  ['ar', ['نعم\nلا\nلا\nنعم', '\u200f1. نعم\n2. لا\n3. لا\n4. نعم'], ['yes\nno\nno\nyes', 'نعم\nنعم\nلا\nنعم']],
  ['hi', ['हाँ\nनहीं\nनहीं\nहाँ', 'हां\nनहीं\nजी नहीं\nजी हाँ', '1. हाँ।\n2. नहीं।\n3. नहीं।\n4. हाँ।'], ['yes\nno\nno\nyes', 'हाँ\nहाँ\nनहीं\nहाँ']],
])('yes and no of %s, and not of English', async (language, right, wrong) => {
  for (const text of right) expect(await passes(language, oneYes, text), text).toBe(true);
  for (const text of wrong) expect(await passes(language, oneYes, text), text).toBe(false);
});

test.each<[SpokenLanguage, string, readonly string[], readonly string[]]>([
  [
    'de',
    'Pferd',
    ['Pferd', '„Pferd“', 'Die Antwort ist Pferd.'],
    ['horse', 'nicht Pferd', 'Pferd oder Wolf', 'Vielleicht Pferd', 'Pferd, Wolf'],
  ],
  ['ja', 'ウマ', ['ウマ', '「ウマ」です。', '動物はウマです', 'ｳﾏ'], ['horse', 'ウマではありません', 'ウマまたはオオカミ']],
  ['zh', '马', ['马', '答案是马。', '“马”'], ['horse', '不是马', '马或狼', '马和狼', '可能是马']],
  ['ar', 'حصان', ['حصان', 'الحصان', 'حِصَان', '\u200fحصان.'], ['horse', 'ليس حصان', 'حصان أو ذئب', 'ربما حصان']],
  ['hi', 'घोड़ा', ['घोड़ा', 'घोडा', 'घोड़ा।'], ['horse', 'घोड़ा या भेड़िया', 'शायद घोड़ा']],
])('a word picked in %s', async (language, word, right, wrong) => {
  const texts = languageTexts.find((one) => one.language === language);
  const answer: Verifier = { kind: 'oneOf', options: texts?.kinds.animal.words ?? [], want: [word] };
  for (const text of right) expect(await passes(language, answer, text), text).toBe(true);
  for (const text of wrong) expect(await passes(language, answer, text), text).toBe(false);
});

test('an English word is wanted where English is asked for, in its own form', async () => {
  for (const { language, kinds } of languageTexts) {
    const answer: Verifier = { kind: 'oneOf', options: ['bear', 'horse'], want: ['bear'] };
    expect(await passes(language, answer, 'bear'), language).toBe(true);
    expect(await passes(language, answer, 'beard'), language).toBe(false);
    expect(await passes(language, answer, 'The horseshoe bear.'), language).toBe(true);
    expect(await passes(language, answer, kinds.animal.words[3] ?? ''), language).toBe(false);
  }
});

test('each language is told with share and interval, in the run, in list and show; no tier is proven', async () => {
  await using bench = await openTestBench();
  const knows = (_: number, id: string): boolean => !id.startsWith('hi') && id !== 'ja-sum';
  const { stdout, exitCode } = await bench.run({ options: { suite: 'languages' } }, () => knowingSession({ suite, knows }));
  expect(stdout).toMatch(/languages 1\.\d\.0 \(\w{6}\): ✅ PASS \(80\/90\)/);
  expect(stdout).toMatch(/German +9\/9 +100 % {2}\(95 % interval 70-100\)/);
  expect(stdout).toMatch(/Hindi +0\/9 +0 % {2}\(95 % interval 0-30\)/);
  expect(exitCode).toBe(0);
  const [model] = await bench.luci.list();
  expect(model?.abilities?.['languages']).toMatchObject({
    shares: { German: 1, Hindi: 0, Japanese: 0.89 },
    intervals: { German: [70, 100] },
  });
  expect(model?.proven).toBeUndefined();
  const path = join(bench.home, 'report.html');
  await bench.luci.tests.report({ path, models: ['script'], suite: 'languages' });
  expect(await readFile(path, 'utf8')).toContain('Japanese 8 of 9');
});
