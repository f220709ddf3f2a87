import type { Constraint, Verifier } from '../case.ts';
import { afterAnswer, jsonValuesIn, meantNumber, plainLines, unwrapped } from './answer-text.ts';

/** Graders that only look at the text. */

/** A verdict on one answer: why it fails, and what shows it. */
export type Grade = { readonly passes: true } | { readonly passes: false; readonly reason: string; readonly evidence?: string };

export const passed: Grade = { passes: true };

/** A failed grade. */
export function failed(reason: string, evidence?: string): Grade {
  return { passes: false, reason, evidence };
}

type TextVerifier = Exclude<Verifier, { kind: 'all' | 'state' | 'untouched' | 'regex' | 'code' | 'sql' | 'project' }>;

/** Grades a text from which thinking was removed. */
export function gradeText(verifier: TextVerifier, text: string): Grade {
  if (text === '') return failed('there is no answer');
  switch (verifier.kind) {
    case 'exactText': {
      const found = unwrapped(text);
      const isSame = [found, found.replace(/\.$/, '')].includes(verifier.value);
      return isSame ? passed : failed('the text differs', found.slice(0, 200));
    }
    case 'number': {
      const found = meantNumber(text);
      if (found === undefined) return failed('there is no number that is the answer');
      return Math.abs(found - verifier.value) <= (verifier.tolerance ?? 1e-9) ? passed : failed(`got ${found}, wanted ${verifier.value}`);
    }
    case 'oneOf':
      return gradeOptions(verifier, text);
    case 'yesNo':
      return gradeYesNo(verifier.want, text);
    case 'json': {
      const values = jsonValuesIn(text);
      if (values.length !== 1) return failed(values.length === 0 ? 'there is no JSON' : `there are ${values.length} JSON values`);
      const { anyOrder = false } = verifier;
      return sameValue(values[0], verifier.want, { anyOrder, isLoose: true })
        ? passed
        : failed('the values differ', JSON.stringify(values[0]).slice(0, 300));
    }
    case 'lines': {
      const found = plainLines(text);
      return sameValue(found, verifier.want) ? passed : failed('the lines differ', found.join(' | ').slice(0, 300));
    }
    case 'constraints': {
      const broken = verifier.list.find((constraint) => !holds(constraint, text));
      return broken ? failed(`rule broken: ${constraintWords(broken)}`) : passed;
    }
    case 'slots':
      return gradeSlots(verifier, text);
    case 'knapsack':
      return gradeKnapsack(verifier, text);
  }
}

/** Equal values. Loosely: texts without case and space at the ends, numbers as texts; lists in any order where that is asked for. */
export function sameValue(found: unknown, want: unknown, { anyOrder = false, isLoose = false } = {}): boolean {
  if (typeof want === 'number') {
    const number = isLoose && typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
    return typeof number === 'number' && Math.abs(number - want) <= 1e-6 * Math.max(1, Math.abs(want));
  }
  if (typeof want === 'string') {
    const text = isLoose && typeof found === 'number' ? String(found) : found;
    return typeof text === 'string' && (isLoose ? text.trim().toLowerCase() === want.trim().toLowerCase() : text === want);
  }
  if (Array.isArray(want)) {
    if (!Array.isArray(found) || found.length !== want.length) return false;
    if (!anyOrder) return want.every((item, index) => sameValue(found[index], item, { anyOrder, isLoose }));
    const left = [...(found as unknown[])];
    return want.every((item) => {
      const at = left.findIndex((other) => sameValue(other, item, { anyOrder, isLoose }));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
  }
  if (typeof want === 'object' && want !== null) {
    if (typeof found !== 'object' || found === null || Array.isArray(found)) return false;
    const keys = Object.keys(want);
    return (
      Object.keys(found).length === keys.length &&
      keys.every(
        (key) =>
          key in found && sameValue((found as Record<string, unknown>)[key], (want as Record<string, unknown>)[key], { anyOrder, isLoose }),
      )
    );
  }
  return found === want;
}

function gradeOptions({ options, want }: Extract<Verifier, { kind: 'oneOf' }>, text: string): Grade {
  const graded = afterAnswer(text) ?? text;
  const named = options.filter((option) => hasWhole(graded, option));
  const missing = want.find((option) => !named.includes(option));
  if (missing !== undefined) return failed(`${missing} is not named`, named.join(', '));
  const extra = named.find((option) => !want.includes(option));
  return extra === undefined ? passed : failed(`${extra} is named as well`, named.join(', '));
}

/** Whether a text holds a word or a number as a whole. */
function hasWhole(text: string, word: string): boolean {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}]|\\d[.,])${escaped}(?![\\p{L}\\p{N}]|[.,]\\d)`, 'iu').test(text);
}

function gradeYesNo(want: readonly string[], text: string): Grade {
  const lines = text.split('\n').filter((line) => /\b(yes|no)\b/i.test(line));
  const wordsOf = (line: string): string[] => [...line.matchAll(/\b(yes|no)\b/gi)].map(([word]) => word.toLowerCase());
  const found =
    lines.length === 1 ? wordsOf(lines[0] ?? '') : lines.map((line) => wordsOf(line.replace(/^[^:]*\?/, '')).at(0) ?? wordsOf(line).at(-1));
  return sameValue(found, want) ? passed : failed('the answers differ', found.join(', '));
}

function holds(constraint: Constraint, text: string): boolean {
  const words: readonly string[] = text.toLowerCase().match(/[\p{L}’'-]+/gu) ?? [];
  switch (constraint.rule) {
    case 'sentences':
      return (text.replace(/\b(mr|mrs|ms|dr|st)\./gi, '$1').match(/[.!?]+(?=[\s"”')\]*]|$)/g) ?? []).length === constraint.count;
    case 'hasWord':
      return hasWhole(text, constraint.word);
    case 'noWord':
      return !hasWhole(text, constraint.word);
    case 'noComma':
      return !/[,，、]/.test(text);
    case 'startsWith':
      return hasWhole(/^[^\p{L}]*([\p{L}]+)/u.exec(text)?.[1] ?? '', constraint.word);
    case 'words':
      return words.length >= constraint.least && words.length <= constraint.most;
    case 'varied':
      return new Set(words).size >= constraint.least;
    case 'english':
      return (
        ['the', 'a', 'of', 'and', 'to', 'in', 'was', 'is', 'it', 'with', 'on', 'from'].filter((word) => words.includes(word)).length >= 3
      );
    case 'notCopied': {
      const source = constraint.from.toLowerCase().match(/[\p{L}’'-]+/gu) ?? [];
      const runs = new Set(source.slice(0, -5).map((_, index) => source.slice(index, index + 6).join(' ')));
      return !words.some((_, index) => runs.has(words.slice(index, index + 6).join(' ')));
    }
  }
}

function constraintWords(constraint: Constraint): string {
  switch (constraint.rule) {
    case 'sentences':
      return `exactly ${constraint.count} sentences`;
    case 'hasWord':
      return `the word "${constraint.word}"`;
    case 'noWord':
      return `without the word "${constraint.word}"`;
    case 'startsWith':
      return `first word "${constraint.word}"`;
    case 'noComma':
      return 'no commas';
    default:
      return constraint.rule;
  }
}

const functionWords = {
  es: ['el', 'la', 'los', 'las', 'en', 'de', 'y', 'con', 'su', 'una', 'un', 'sobre'],
  fr: ['le', 'la', 'les', 'sur', 'de', 'du', 'et', 'avec', 'son', 'une', 'un', 'dans', 'des'],
  de: ['der', 'die', 'das', 'den', 'auf', 'und', 'mit', 'in', 'dem', 'am', 'ihrem', 'ein'],
} as const;

function gradeSlots({ language, need, forbid, mostWords }: Extract<Verifier, { kind: 'slots' }>, text: string): Grade {
  const words: readonly string[] = text.toLowerCase().match(/[\p{L}\p{N}’'-]+/gu) ?? [];
  if (words.length > mostWords) return failed(`${words.length} words, at most ${mostWords} are needed`);
  if (functionWords[language].filter((word) => words.includes(word)).length < 3) return failed('it is not in the language asked for');
  const left = forbid.find((word) => words.includes(word.toLowerCase()));
  if (left !== undefined) return failed('a word of the source is left', left);
  const missing = need.find((slot) => !slot.some((form) => words.some((word) => word.startsWith(form.toLowerCase()))));
  return missing ? failed('a part is missing', missing.join(' or ')) : passed;
}

function gradeKnapsack({ items, budget, best }: Extract<Verifier, { kind: 'knapsack' }>, text: string): Grade {
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
