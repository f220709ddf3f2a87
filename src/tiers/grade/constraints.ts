import type { Constraint } from '../case.ts';

/** Rules of a written text: whether it keeps them, and how they are called. */

type Rule = Constraint['rule'];
type Of<R extends Rule> = Extract<Constraint, { readonly rule: R }>;

/** What is looked at: the text, and its words in lower case. */
interface Looked {
  readonly text: string;
  readonly words: readonly string[];
}

const wordPattern = /[\p{L}’'-]+/gu;
const commonEnglish = ['the', 'a', 'of', 'and', 'to', 'in', 'was', 'is', 'it', 'with', 'on', 'from'];

/** One entry a rule: a rule without one does not compile. */
const keeps: { readonly [R in Rule]: (constraint: Of<R>, looked: Looked) => boolean } = {
  sentences: ({ count }, { text }) => sentencesOf(text) === count,
  hasWord: ({ word }, { text }) => hasWhole(text, word),
  noWord: ({ word }, { text }) => !hasWhole(text, word),
  noComma: (_, { text }) => !/[,，、]/.test(text),
  startsWith: ({ word }, { text }) => hasWhole(/^[^\p{L}]*([\p{L}]+)/u.exec(text)?.[1] ?? '', word),
  words: ({ least, most }, { words }) => words.length >= least && words.length <= most,
  varied: ({ least }, { words }) => new Set(words).size >= least,
  english: (_, { words }) => commonEnglish.filter((word) => words.includes(word)).length >= 3,
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

function sentencesOf(text: string): number {
  return (text.replace(/\b(mr|mrs|ms|dr|st)\./gi, '$1').match(/[.!?]+(?=[\s"”')\]*]|$)/g) ?? []).length;
}

function sharesSixWords(words: readonly string[], source: readonly string[]): boolean {
  const runs = new Set(source.slice(0, -5).map((_, index) => source.slice(index, index + 6).join(' ')));
  return words.some((_, index) => runs.has(words.slice(index, index + 6).join(' ')));
}
