import { afterAnswer, answerLine, withoutFormulas } from './answer-text.ts';
import { isNotStated, openOrRefused } from './assertion.ts';

/** Numbers as people and models write them. */

const units = 'one two three four five six seven eight nine'.split(' ');
const teens = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const small = ['zero', ...units, ...teens];
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const scales: Readonly<Record<string, number>> = { hundred: 100, thousand: 1000, million: 1_000_000 };
const anyOf = (words: readonly string[]): string => `(?:${words.join('|')})`;
const below100 = `(?:${anyOf(tens)}(?:[ -]${anyOf(units)})?|${anyOf(teens)}|${anyOf(units)}|zero)`;
const hundreds = `(?:${below100}[ -])?hundred(?:(?: and)?[ -]${below100})?`;
const group = `(?:${hundreds}|${below100})`;
const withScales = `(?:${group}[ -])?(?:million|thousand)(?:(?:,| and)?[ -](?:${group}[ -])?thousand)?(?:(?:,| and)?[ -]${group})?`;
/** Words that are no number of their own: an ordinal, a year-old, a half more, a dozen of them. */
const whole = String.raw`(?![\p{L}\p{N}]|-\p{L}|\s+(?:and\s+a\s+)?(?:half|halves|thirds?|quarters?|dozen|point)\b)`;
const spelled = String.raw`(?<![\p{L}\p{N}]|[\p{L}\p{N}]-|\b(?:no|point)\s)(?:${withScales}|${group})${whole}`;
const digits = String.raw`(?<![\w.])-?\d{1,3}(?:[,'’ ]\d{3})+(?:\.\d+)?(?![\w])|(?<![\w.])-?(?:\d+(?:\.\d+)?|\.\d+)(?!\w*\d|[¼½¾⅓⅔])`;
/** As in "minus twenty-six"; between two numbers it is a sum that nobody worked out. */
const sign = String.raw`(?:(?<!(?:\d|${anyOf([...small, ...tens, ...Object.keys(scales)])})\s)\b(?:minus|negative)\s+)?`;
const numberPattern = new RegExp(`${sign}(?:(?:${digits})(?:\\s+(?:hundred|thousand|million)\\b)?|${spelled})`, 'giu');

/** A number, and how it is written where it stands. */
export interface Found {
  readonly value: number;
  readonly text: string;
  readonly at: number;
}

/** All numbers of a text where they stand: separators of thousands, number words and words of scale are understood. */
export function findNumbers(text: string): Found[] {
  return [...text.matchAll(numberPattern)].map((match) => ({ value: numberOf(match[0]), text: match[0], at: match.index }));
}

/** The values of {@link findNumbers}. */
export function numbersIn(text: string): number[] {
  return findNumbers(text).map(({ value }) => value);
}

function numberOf(text: string): number {
  const [, minus, written = ''] = /^((?:minus|negative)\s+)?(.*)$/is.exec(text) ?? [];
  const numeral = /^(-?[\d,'’ .]*\d)(?:\s+([a-z]+))?$/i.exec(written);
  const value = numeral
    ? Number((numeral[1] ?? '').replace(/[,'’ ]/g, '')) * (scales[(numeral[2] ?? '').toLowerCase()] ?? 1)
    : spelledValue(written.toLowerCase().split(/[\s,-]+/));
  return minus === undefined ? value : -value;
}

function spelledValue(words: readonly string[]): number {
  let [sum, group] = [0, 0];
  for (const each of words) {
    const scale = scales[each];
    if (scale === 100) group = Math.max(1, group) * 100;
    else if (scale !== undefined) [sum, group] = [sum + Math.max(1, group) * scale, 0];
    else if (tens.includes(each)) group += (tens.indexOf(each) + 2) * 10;
    else if (small.includes(each)) group += small.indexOf(each);
  }
  return sum + group;
}

/** What a number counts: of several numbers the one with this word is meant, and one with another of its kind is not. */
export interface Unit {
  /** Beginnings of the word, as in `gallon`. */
  readonly is: readonly string[];
  readonly isNot: readonly string[];
}

/**
 * The number that is meant: after "Answer:", else the only one, else the only bold or boxed one, else that of the last line. Undefined
 * where there is none, or where it is denied, asked, or one of several offered.
 */
export function meantNumber(text: string, unit?: Unit): number | undefined {
  const stated = afterAnswer(text) === undefined ? undefined : withoutFormulas(answerPart(text));
  if (stated !== undefined) return asserted(stated, unit);
  const plain = withoutFormulas(text);
  const all = [...new Set(numbersIn(plain))];
  if (all.length > 40) return undefined; // Somebody tries them all.
  if (all.length === 1) return asserted(plain, unit);
  const marked = [...text.matchAll(/\*\*([^*\n]+)\*\*|\\boxed\{([^}]*)\}/g)].map((match) => withoutFormulas(match[1] ?? match[2] ?? ''));
  const values = [...new Set(marked.flatMap(numbersIn))];
  if (values.length === 1) return asserted(marked.find((part) => numbersIn(part).length > 0) ?? '', unit);
  return asserted(withUnit(plain, unit) ?? lastLine(plain), unit);
}

/** The line of the label, or the lines of its paragraph where the first has no number. */
function answerPart(text: string): string {
  const line = answerLine(text) ?? '';
  return numbersIn(withoutFormulas(line)).length > 0 ? line : (afterAnswer(text) ?? '');
}

function lastLine(text: string): string {
  return text.split('\n').findLast((line) => numbersIn(line).length > 0) ?? '';
}

/** The only sentence in which a number stands with its unit. */
function withUnit(text: string, unit: Unit | undefined): string | undefined {
  if (!unit) return undefined;
  const sentences = text
    .split(/(?<=[.!?:])\s+|\n/)
    .filter((part) => findNumbers(part).some((found) => unitAfter(part, found, unit) === 'is'));
  return sentences.length === 1 ? sentences[0] : undefined;
}

function unitAfter(text: string, { at, text: written }: Found, unit: Unit): 'is' | 'isNot' | undefined {
  const next = /^[\s*_`"'.-]*(?:of (?:these|the|them|your) )?([\p{L}]+)/u.exec(text.slice(at + written.length))?.[1]?.toLowerCase();
  if (next === undefined) return undefined;
  if (unit.is.some((name) => next.startsWith(name))) return 'is';
  return unit.isNot.some((name) => next.startsWith(name)) ? 'isNot' : undefined;
}

/** The number a sentence ends up with; undefined where it does not stand by it. */
function asserted(whole: string, unit: Unit | undefined): number | undefined {
  const outside = whole.replace(/\([^)]*\)/g, ' ');
  const sentence = numbersIn(outside).length > 0 ? outside : whole;
  const found = chosen(sentence, unit);
  if (!found || openOrRefused(sentence) !== undefined) return undefined;
  const { part, number } = found;
  if (isNotStated(part, number.text) || isRange(part, number)) return undefined;
  return unit && unitAfter(part, number, unit) === 'isNot' ? undefined : number.value;
}

/** "26-31", or a sum that nobody worked out. */
function isRange(part: string, { at, text }: Found): boolean {
  const [before, after] = [part.slice(0, at), part.slice(at + text.length)];
  return /^(?:-|\s*[-+*×÷/]\s+)\d|^\s+(?:plus|minus|times)\s/i.test(after) || /\d(?:-|\s+[-+*×÷/]\s*)$/.test(before);
}

function chosen(sentence: string, unit: Unit | undefined): { part: string; number: Found } | undefined {
  const pieces = sentence.split(/[=≈→⇒]/).filter((piece) => numbersIn(piece).length > 0);
  // "26 = 16 + 10" ends up with 26 too: what stands alone on its side is the result.
  const last = pieces.at(-1) ?? '';
  const part = isSum(last) ? (pieces.findLast((piece) => !isSum(piece)) ?? last) : last;
  const numbers = findNumbers(part);
  const ofUnit = unit ? numbers.filter((number) => unitAfter(part, number, unit) === 'is') : [];
  const only = ofUnit.length === 1 ? ofUnit[0] : numbers.length === 1 ? numbers[0] : undefined;
  const number = only ?? (pieces.length > 1 ? numbers[0] : byCue(part, numbers));
  return number ? { part, number } : undefined;
}

/** Numbers with signs of a sum between them. */
function isSum(piece: string): boolean {
  return /[\d)]\s*[-+*×÷/]\s*\(?[\d.]/.test(piece);
}

/** Of several numbers the first after "is", "are", "gives"; else the one the sentence begins with; else the last. */
function byCue(part: string, numbers: readonly Found[]): Found | undefined {
  const cue = [...part.matchAll(/\b(?:is|are|gives?|makes?|equals?|becomes?|leaves?|totals?|in total|total of)\b/gi)].findLast(
    ({ index }) => numbers.some(({ at }) => at > index),
  );
  if (cue) return numbers.find(({ at }) => at > cue.index);
  return /^[\s$€£"'*_]*-?\d/.test(part) ? numbers[0] : numbers.at(-1);
}
