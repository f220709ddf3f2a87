import type { Constraint } from '../case.ts';
import { refuses } from './assertion.ts';

/** Rules of a written text: whether it keeps them, and how they are called. */

type Rule = Constraint['rule'];
type Of<R extends Rule> = Extract<Constraint, { readonly rule: R }>;

/** What is looked at: the text, and its words in lower case. */
interface Looked {
  readonly text: string;
  readonly words: readonly string[];
}

const wordPattern = /[\p{L}’'-]+/gu;
const commonEnglish = 'the a an of and to in was is it its with on from as are at by for his her their they that while when'.split(' ');

/** One entry a rule: a rule without one does not compile. */
const keeps: { readonly [R in Rule]: (constraint: Of<R>, looked: Looked) => boolean } = {
  sentences: ({ count }, { text }) => sentencesOf(text) === count,
  hasWord: ({ word }, { text }) => hasForm(text, word),
  noWord: ({ word }, { text }) => !hasWhole(text, word),
  noComma: (_, { text }) => !/[,，、]/.test(text),
  startsWith: ({ word }, { text }) => hasWhole(/^[^\p{L}]*([\p{L}]+)/u.exec(text)?.[1] ?? '', word),
  words: ({ least, most }, { words }) => words.length >= least && words.length <= most,
  varied: ({ least }, { words }) => new Set(words).size >= least,
  english: (_, { text, words }) => commonEnglish.filter((word) => words.includes(word)).length >= 3 && !isSalad(words) && !refuses(text),
  notCopied: ({ from }, { words }) => !sharesSixWords(words, from.toLowerCase().match(wordPattern) ?? []),
};

/** Whether a text keeps a rule. */
export function keepsRule(constraint: Constraint, text: string): boolean {
  const keep = keeps[constraint.rule] as (constraint: Constraint, looked: Looked) => boolean;
  return keep(constraint, { text, words: text.toLowerCase().match(wordPattern) ?? [] });
}

/** What a rule asks for, in words. */
export function ruleText(constraint: Constraint): string {
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

/** Whether a text holds a word or a number as a whole. */
export function hasWhole(text: string, word: string): boolean {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}]|\\d[.,])${escaped}(?![\\p{L}\\p{N}]|[.,]\\d)`, 'iu').test(text);
}

/** Whether a text holds a word in any of its forms: `bakery` also as `bakeries`, `bakery's` and `baker`. */
function hasForm(text: string, word: string): boolean {
  const stem = word
    .toLowerCase()
    .replace(/(?:ies|y|s)$/, '')
    .replace(/tre$/, 't(?:re|er)');
  return new RegExp(`(?<![\\p{L}])${stem}(?:\\p{L}{0,3})(?![\\p{L}])`, 'iu').test(text);
}

/** Words of no sentence: an article or a preposition before another. */
function isSalad(words: readonly string[]): boolean {
  return /\b(?:the|a) (?:of|to|in|was|is|with|on|from|and|the|a)\b|\b(?:of|with|on|from|in) (?:of|to|is|was|and)\b|\b(?:was is|is was)\b/.test(
    words.join(' '),
  );
}

/** Ends of sentences; what goes on in small letters is none (`at 4 a.m. each day`), nor is a title; `; It` begins another. */
function sentencesOf(text: string): number {
  const plain = text.replace(/\b(mr|mrs|ms|dr|st|prof|vs|no|e\.g|i\.e)\./gi, '$1').replace(/\.{2,}(?=\s*\p{Ll})/gu, '');
  const ends = plain.match(/[.!?…]+["”’')\]*_]*(?=\s+[^\p{Ll}\s]|\s*$)/gu) ?? [];
  return ends.length + (plain.match(/;\s+(?!I\b)\p{Lu}/gu) ?? []).length;
}

function sharesSixWords(words: readonly string[], source: readonly string[]): boolean {
  const runs = new Set(source.slice(0, -5).map((_, index) => source.slice(index, index + 6).join(' ')));
  return words.some((_, index) => runs.has(words.slice(index, index + 6).join(' ')));
}
