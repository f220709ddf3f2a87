import type { SpokenLanguage, Verifier } from '../case.ts';
import { plainCharacters, unwrapped } from './answer-text.ts';
import { type SpokenWords, spokenWords } from './spoken-words.ts';

/**
 * Answers in other languages, written so that the graders can read them: digits, letters and punctuation one way, and the words a grader
 * looks for (yes, no, `Answer:`, not, or) in English. What was to be said in the language and was said in English is no answer.
 * Words and rules here are part of the suite `languages`, whose version goes up with them.
 */

/** A text and a verifier that a grader of English can hold against each other. */
export function inEnglishForms(
  language: SpokenLanguage,
  verifier: Verifier,
  text: string,
): { readonly verify: Verifier; readonly text: string } {
  const words = spokenWords[language];
  switch (verifier.kind) {
    case 'exactText':
      return { verify: verifier, text: exactForm(text) };
    case 'number':
      return { verify: verifier, text: numberForm(plainLetters(text), words) };
    case 'yesNo':
      return { verify: verifier, text: yesNoForm(plainLetters(text), words) };
    case 'oneOf': {
      const [options, want] = [verifier.options.map(plainLetters), verifier.want.map(plainLetters)];
      return { verify: { ...verifier, options, want }, text: choiceForm(plainLetters(text), options, words) };
    }
    case 'json':
      return { verify: { ...verifier, want: plainValue(verifier.want) }, text: plainLetters(text) };
    default:
      return { verify: verifier, text };
  }
}

/** Marks of direction, which nobody sees. */
const directionMarks = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;

/** Text without what no reader sees or would call another spelling: full-width forms, digits, Arabic and Hindi signs, punctuation. */
export function plainLetters(text: string): string {
  return plainCharacters(text.replace(directionMarks, '').normalize('NFKC'))
    .replace(/[\u0660-\u0669]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
    .replace(/[\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
    .replace(/[\u0966-\u096f]/g, (digit) => String(digit.charCodeAt(0) - 0x966))
    .replace(/(?<=\d)\u066b(?=\d)/g, '.')
    .replace(/(?<=\d)\u066c(?=\d)/g, '')
    .replace(/[\u064b-\u0652\u0670\u0640]/g, '')
    .replace(/[أإآٱ]/g, 'ا')
    .replace(/ى/g, 'ي')
    .replace(/ة/g, 'ه')
    .replace(/\u093c/g, '')
    .replace(/\u0901/g, '\u0902')
    .replace(/ё/g, 'е')
    .replace(/Ё/g, 'Е')
    .replace(/[、،]/g, ', ')
    .replace(/[。।]/g, '. ')
    .replace(/؟/g, '?')
    .replace(/؛/g, ';')
    .replace(/[「」『』]/g, '"');
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'string') return plainLetters(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [plainLetters(key), plainValue(member)]));
}

/** Nothing but what is invisible, the stop of a sentence and quotes around all of it. */
function exactForm(text: string): string {
  const bare = unwrapped(text.replace(directionMarks, ''));
  return bare.replace(/^[「『]([\s\S]*)[」』]([。.]?)$/, '$1$2').replace(/[。।]$/, '.');
}

const none: readonly string[] = [];
const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Patterns that were made: the same few hundred are wanted with every answer. */
const patterns = new Map<readonly string[], RegExp>();

/** A pattern of words, the longest first; as wholes where the language has spaces. */
function anyOf(list: readonly string[], { isUnspaced = false }: SpokenWords): RegExp {
  const known = patterns.get(list);
  if (known) return known;
  const alternatives = list
    .map(plainLetters)
    .sort((a, b) => b.length - a.length)
    .map(escaped);
  const any = alternatives.length === 0 ? '(?!)' : `(?:${alternatives.join('|')})`;
  const pattern = new RegExp(isUnspaced ? any : `(?<![\\p{L}\\p{M}\\p{N}])${any}(?![\\p{L}\\p{M}\\p{N}])`, 'giu');
  patterns.set(list, pattern);
  return pattern;
}

/** Words of doubt, denial and refusal. */
function statementForm(text: string, words: SpokenWords): string {
  return text
    .replace(new RegExp(`(^|[\\s*#_"])(?:${words.answer.map(plainLetters).map(escaped).join('|')})([*_]*)\\s*:`, 'giu'), '$1Answer$2:')
    .replace(anyOf(words.cannot, words), ' I cannot say ')
    .replace(anyOf(words.perhaps, words), ' perhaps ')
    .replace(anyOf(words.isNot ?? none, words), ' is not ')
    .replace(anyOf(words.not, words), ' not ')
    .replace(anyOf(words.or, words), ' or ');
}

function numberForm(text: string, words: SpokenWords): string {
  const digits = words.hasCommaDecimals
    ? text.replace(/(?<![\d.,])(\d{1,3}(?:\.\d{3})+)(?![\d.])/g, (number) => number.replaceAll('.', '')).replace(/(\d),(?=\d)/g, '$1.')
    : withChineseNumbers(text);
  const stated = statementForm(digits, words).replace(anyOf(words.is, words), ' is ');
  return words.isUnspaced ? stated.replace(/(\d)(?=[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}])/gu, '$1 ') : stated;
}

const hanDigits = '〇一二三四五六七八九';

/** 三十七 as 37; only numbers below a hundred that stand by themselves. */
function withChineseNumbers(text: string): string {
  return text.replace(
    /(?<![\p{sc=Han}])([一二三四五六七八九]?)十([一二三四五六七八九]?)(?![\p{sc=Han}])/gu,
    (_, tens: string, ones: string) =>
      String((tens === '' ? 1 : hanDigits.indexOf(tens)) * 10 + Math.max(0, hanDigits.indexOf(ones || '〇'))),
  );
}

/** Where words are not apart, codes and English words still are. */
const beginsApart = '(?:(?![\\p{sc=Latin}\\p{N}])|(?<![\\p{sc=Latin}\\p{N}]))';
const endsApart = '(?:(?<![\\p{sc=Latin}\\p{N}])|(?![\\p{sc=Latin}\\p{N}]))';

/** Options stand apart from what touches them: words without spaces, the Arabic article and `and`. */
function choiceForm(text: string, options: readonly string[], words: SpokenWords): string {
  const any = [...options]
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|');
  const pattern = words.isUnspaced
    ? `${beginsApart}(${any})${endsApart}`
    : `(?<![\\p{L}\\p{M}\\p{N}])(?:و?ال|و)?(${any})(?![\\p{L}\\p{N}])`;
  // Markers keep the options whole while words around them are replaced.
  const kept: string[] = [];
  const marked = text.replace(new RegExp(pattern, 'giu'), (_, name: string) => ` \u{e000}${kept.push(name) - 1}\u{e001} `);
  return statementForm(marked, words)
    .replace(/\u{e000}(\d+)\u{e001}/gu, (_, index: string) => kept[Number(index)] ?? '')
    .replace(/ {2,}/g, ' ')
    .replace(/ (?=[.,;:!?\n"')]|$)/g, '')
    .trim();
}

function yesNoForm(text: string, words: SpokenWords): string {
  const foreign = ['yes', 'no'].filter((word) => !words.yes.includes(word) && !words.no.includes(word));
  const own = text.replace(new RegExp(`\\b(?:${foreign.join('|')})\\b`, 'gi'), '-');
  if (!words.isUnspaced)
    return own.replace(anyOf(words.no, words), 'no').replace(anyOf(words.yes, words), 'yes').replace(anyOf(words.or, words), 'or');
  return own
    .split('\n')
    .map((line) => unspacedYesNo(line, words))
    .join('\n');
}

/** Where words are not apart only the word a line begins with counts, or a line of nothing but such words. */
function unspacedYesNo(line: string, words: SpokenWords): string {
  const verdictOf = (part: string): string | undefined => (words.yes.includes(part) ? 'yes' : words.no.includes(part) ? 'no' : undefined);
  const bare = line.replace(/[*_"`'“”]/g, '');
  const [number = ''] = /^\s*\d+\s*[.):,-]?\s*/.exec(bare) ?? [];
  const said = bare.slice(Math.max(number.length, bare.lastIndexOf('?') + 1));
  const parts = said.split(/[\s,;.]+/).filter(Boolean);
  const verdicts = parts.map(verdictOf);
  if (parts.length > 0 && verdicts.every((verdict) => verdict !== undefined)) return `${number}${verdicts.join(', ')}`;
  return verdicts[0] === undefined ? number : `${number}${verdicts[0]}`;
}
