import type { Verifier } from '../case.ts';
import { afterAnswer, jsonValuesIn, meantNumber, plainLines, unwrapped } from './answer-text.ts';
import { hasWhole, keepsRule, ruleText } from './constraints.ts';
import { sameValue } from './same-value.ts';
import { failed, type Grade, passed } from './verdict.ts';

/** Graders that only look at the text, from which thinking was removed. It is never empty. */

type Of<K extends Verifier['kind']> = Extract<Verifier, { readonly kind: K }>;

export function gradeExactText({ value }: Of<'exactText'>, text: string): Grade {
  const found = unwrapped(text);
  return [found, found.replace(/\.$/, '')].includes(value) ? passed : failed('the text differs', found.slice(0, 200));
}

export function gradeNumber({ value, tolerance = 1e-9 }: Of<'number'>, text: string): Grade {
  const found = meantNumber(text);
  if (found === undefined) return failed('there is no number that is the answer');
  return Math.abs(found - value) <= tolerance ? passed : failed(`got ${found}, wanted ${value}`);
}

export function gradeJson({ want, anyOrder }: Of<'json'>, text: string): Grade {
  const values = jsonValuesIn(text);
  if (values.length !== 1) return failed(values.length === 0 ? 'there is no JSON' : `there are ${values.length} JSON values`);
  return sameValue(values[0], want, { anyOrder, isLoose: true })
    ? passed
    : failed('the values differ', JSON.stringify(values[0]).slice(0, 300));
}

export function gradeLines({ want }: Of<'lines'>, text: string): Grade {
  const found = plainLines(text);
  return sameValue(found, want) ? passed : failed('the lines differ', found.join(' | ').slice(0, 300));
}

export function gradeConstraints({ list }: Of<'constraints'>, text: string): Grade {
  const broken = list.find((constraint) => !keepsRule(constraint, text));
  return broken ? failed(`rule broken: ${ruleText(broken)}`) : passed;
}

export function gradeOneOf({ options, want }: Of<'oneOf'>, text: string): Grade {
  const graded = afterAnswer(text) ?? text;
  const named = options.filter((option) => hasWhole(graded, option));
  const missing = want.find((option) => !named.includes(option));
  if (missing !== undefined) return failed(`${missing} is not named`, named.join(', '));
  const extra = named.find((option) => !want.includes(option));
  return extra === undefined ? passed : failed(`${extra} is named as well`, named.join(', '));
}

export function gradeYesNo({ want }: Of<'yesNo'>, text: string): Grade {
  const lines = text.split('\n').filter((line) => /\b(yes|no)\b/i.test(line));
  const wordsOf = (line: string): string[] => [...line.matchAll(/\b(yes|no)\b/gi)].map(([word]) => word.toLowerCase());
  const found =
    lines.length === 1 ? wordsOf(lines[0] ?? '') : lines.map((line) => wordsOf(line.replace(/^[^:]*\?/, '')).at(0) ?? wordsOf(line).at(-1));
  return sameValue(found, want) ? passed : failed('the answers differ', found.join(', '));
}

const functionWords = {
  es: ['el', 'la', 'los', 'las', 'en', 'de', 'y', 'con', 'su', 'una', 'un', 'sobre'],
  fr: ['le', 'la', 'les', 'sur', 'de', 'du', 'et', 'avec', 'son', 'une', 'un', 'dans', 'des'],
  de: ['der', 'die', 'das', 'den', 'auf', 'und', 'mit', 'in', 'dem', 'am', 'ihrem', 'ein'],
} as const;

export function gradeSlots({ language, need, forbid, mostWords }: Of<'slots'>, text: string): Grade {
  const words: readonly string[] = text.toLowerCase().match(/[\p{L}\p{N}’'-]+/gu) ?? [];
  if (words.length > mostWords) return failed(`${words.length} words, at most ${mostWords} are needed`);
  if (functionWords[language].filter((word) => words.includes(word)).length < 3) return failed('it is not in the language asked for');
  const left = forbid.find((word) => words.includes(word.toLowerCase()));
  if (left !== undefined) return failed('a word of the source is left', left);
  const missing = need.find((slot) => !slot.some((form) => words.some((word) => word.startsWith(form.toLowerCase()))));
  return missing ? failed('a part is missing', missing.join(' or ')) : passed;
}

export function gradeKnapsack({ items, budget, best }: Of<'knapsack'>, text: string): Grade {
  const value = jsonValuesIn(text).at(-1);
  if (!Array.isArray(value)) return failed('there is no JSON list');
  const chosen = value.map((name) => items.find((item) => item.name === String(name).trim().toLowerCase()));
  if (chosen.some((item) => item === undefined)) return failed('a name that is not offered');
  if (new Set(chosen).size !== chosen.length) return failed('a thing is chosen twice');
  const cost = chosen.reduce((sum, item) => sum + (item?.cost ?? 0), 0);
  if (cost > budget) return failed(`it costs ${cost}, the budget is ${budget}`);
  const worth = chosen.reduce((sum, item) => sum + (item?.value ?? 0), 0);
  return worth === best ? passed : failed(`the value is ${worth}, ${best} is possible`);
}
