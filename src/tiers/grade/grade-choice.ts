import type { Verifier } from '../case.ts';
import { afterAnswer, answerLine, withoutFormulas } from './answer-text.ts';
import { isNotStated, openOrRefused } from './assertion.ts';
import { hasWhole } from './constraints.ts';
import { sameValue } from './same-value.ts';
import { failed, type Grade, passed } from './verdict.ts';

/** Graders of a choice: things named out of some, and yes or no. */

type Of<K extends Verifier['kind']> = Extract<Verifier, { readonly kind: K }>;

export function gradeOneOf(verifier: Of<'oneOf'>, text: string): Grade {
  const { options, want } = verifier;
  const graded = statedPart(text, want);
  const named = options.filter((option) => names(graded, option));
  const missing = want.find((option) => !named.includes(option));
  if (missing !== undefined) return failed(`${missing} is not named`, named.join(', '));
  const extra = named.find((option) => !want.includes(option)) ?? strangerIn(graded, want);
  if (extra !== undefined) return failed(`${extra} is named as well`, named.join(', '));
  const open = openOrRefused(graded);
  if (open !== undefined) return failed(open, graded.slice(0, 200));
  const unstated = want.find((option) => isNotStated(withoutPairs(graded, want), option));
  if (unstated !== undefined) return failed(`${unstated} is denied, or one of several`, graded.slice(0, 200));
  return (
    otherUnit(verifier, graded) ?? (isSwapped(verifier, graded) ? failed('the wanted ones are swapped', graded.slice(0, 200)) : passed)
  );
}

export function gradeMentions({ all }: Of<'mentions'>, text: string): Grade {
  const missing = all.find((one) => !hasWhole(text, one));
  return missing === undefined ? passed : failed(`${missing} is not mentioned`);
}

/** Whether an option stands there as a whole; a unit may touch a number. */
function names(text: string, option: string): boolean {
  return hasWhole(/^\d+$/.test(option) ? text.replace(/(\d)(?=\p{L}+(?!\p{N}))/gu, '$1 ') : text, option);
}

/** A stroke between two that were both asked for offers nothing. */
function withoutPairs(text: string, want: readonly string[]): string {
  return want.length > 1 ? text.replaceAll('/', ',') : text;
}

/** What follows "Answer:" on its line, or in its paragraph where the line does not name all; brackets beside the answer are left out. */
function statedPart(text: string, want: readonly string[]): string {
  const namesAll = (part: string | undefined): part is string => part !== undefined && want.every((option) => names(part, option));
  const [line, paragraph] = [answerLine(text), afterAnswer(text)].map((part) => part && withoutFormulas(part));
  const part = namesAll(line) ? line : (paragraph ?? withoutFormulas(text));
  const outside = part.replace(/\((?![^)]*\b(?:or|maybe|perhaps|not sure)\b)[^)]*\)/gi, ' ');
  return namesAll(outside) ? outside : part;
}

/** Where the text is a bare list: what stands in it and was not asked for. */
function strangerIn(text: string, want: readonly string[]): string | undefined {
  if (text.includes('\n\n')) return undefined;
  const parts = text
    .split(/[,;\n]|\band\b/)
    .map((part) =>
      part
        .replace(/^\s*(?:[-*•–]|\d+[.)])\s+/, '')
        .replace(/[*_`"'.]/g, '')
        .trim(),
    )
    .filter(Boolean);
  const isList = parts.length > want.length && parts.every((part) => /^\S+$/.test(part));
  return isList ? parts.find((part) => !want.some((option) => hasWhole(part, option))) : undefined;
}

const units =
  /^\s*(seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)|[kmgtp]i?b|bytes?|kilobytes?|megabytes?|gigabytes?|terabytes?|percent|%|cores?|degrees?|celsius|thousand|million)(?![\p{L}])/iu;

/** A failed grade where the value has a unit that is none of those that fit. */
function otherUnit({ want: [value = ''], units: fitting }: Of<'oneOf'>, text: string): Grade | undefined {
  if (!fitting) return undefined;
  const after = text.slice(text.toLowerCase().indexOf(value.toLowerCase()) + value.length);
  const unit = units.exec(after.replace(/^[*_`"']+/, ''))?.[1]?.toLowerCase();
  return unit === undefined || fitting.some((name) => unit.startsWith(name)) ? undefined : failed(`${value} ${unit} is another quantity`);
}

/** Whether two that were asked for stand in the other order, or beside the other's name. */
function isSwapped(
  { options, want, owners, inOrder = want.length > 1 && options.every((option) => /\d/.test(option)) }: Of<'oneOf'>,
  text: string,
): boolean {
  if (!inOrder || want.length < 2) return false;
  const places = (words: readonly string[]) => words.map((word) => text.toLowerCase().indexOf(word.toLowerCase()));
  const [codes, people] = [places(want), places(owners ?? [])];
  const marks = [...codes.map((at, index) => ({ at, index, isCode: true })), ...people.map((at, index) => ({ at, index, isCode: false }))]
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at);
  if (people.length === want.length && marks.length === 2 * want.length) {
    // "A has 1, B has 2", "1 is A's, 2 is B's", or "A and B have 1 and 2".
    const [first, second] = [marks.filter(({ isCode }) => isCode), marks.filter(({ isCode }) => !isCode)];
    return first.some(({ index }, place) => second[place]?.index !== index);
  }
  return codes.some((at, index) => index > 0 && at < (codes[index - 1] ?? 0));
}

export function gradeYesNo({ want, claims = [] }: Of<'yesNo'>, text: string): Grade {
  const asked = text.replace(/\byes\s*(?:or|\/|and)\s*no\b/gi, ' ');
  const refused = openOrRefused(asked);
  if (refused !== undefined && !/\n/.test(asked.trim())) return failed(refused);
  // Every yes and no as a verdict, or only those that stand as one.
  if (verdictsOf(asked).length === 0) return failed('there is no yes or no');
  const strict = gradeVerdicts(asked, { want, claims, read: wordsOf });
  return strict.passes ? strict : gradeVerdicts(asked, { want, claims, read: verdictsOf });
}

type ReadLine = (line: string) => readonly string[];

function gradeVerdicts(
  text: string,
  { want, claims, read }: { readonly want: readonly string[]; readonly claims: readonly string[]; readonly read: ReadLine },
): Grade {
  const worded = text.split('\n').filter((line) => read(line).length > 0);
  const stating = worded.filter((line) => /^\W*(?:\d+\s*[.):|-]\W*)?(?:answer\W+)?(?:yes|no)\b/i.test(line));
  // Reasons stand in lines of their own, which begin otherwise.
  const lines = read === verdictsOf && stating.length === want.length ? stating : worded;
  const [line = ''] = lines;
  if (want.length === 1 && contradicts(line, claims[0], read(line)[0])) return failed('it contradicts itself', line);
  const found = lines.length === 1 ? read(line) : inOrder(lines).map((one, index) => verdictOfLine(one, claims[index], read));
  return sameValue(found, want) ? passed : failed('the answers differ', found.join(', '));
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/\b(yes|no)\b/gi)].map(([word]) => word.toLowerCase());
}

/** "no doubt", "is no other number", "yes-votes" and what stands in brackets beside a verdict are none. */
function verdictsOf(line: string): string[] {
  const plain = line
    .replace(/\b(?:yes|no)-(?=\p{L})/giu, ' ')
    .replace(/\bno(?=\s+(?:doubt|one|other|such|longer|matter|more|way)\b)/gi, ' ')
    .replace(/(?<=\p{L}\s)no(?=\s+(?!(?:because|since|as|for|it|and|or|but|that|this|if|in|when|he|she|they|there)\b)\p{L})/giu, ' ');
  const outside = wordsOf(plain.replace(/\([^()]*\)/g, ' '));
  return outside.length > 0 ? outside : wordsOf(plain);
}

/** No lines where they are numbered in another order than the one asked for. */
function inOrder(lines: readonly string[]): readonly string[] {
  const numbers = lines.map((line) => Number(/^\W*(\d+)\s*[.):|-]/.exec(line)?.[1] ?? Number.NaN));
  return numbers.some((number, index) => number < (numbers[index - 1] ?? 0)) ? [] : lines;
}

/** The word a line says: after a question that is repeated, not asked itself, not taken back, not contradicted by its own sentence. */
function verdictOfLine(line: string, claim: string | undefined, read: ReadLine): string | undefined {
  if (/\b(?:yes|no)\b\W*\?/i.test(line)) return undefined;
  const said = line.includes('?') ? line.slice(line.lastIndexOf('?') + 1) : line;
  const [first, ...more] = read(said).length > 0 ? read(said) : read(line);
  const isTakenBack = more.some((word) => word !== first) && /\b(?:actually|rather|wait|sorry|correction|i mean|or|instead)\b/i.test(said);
  return isTakenBack || contradicts(said, claim, first) ? undefined : first;
}

/** "No, a drill is a vehicle.", "Yes, a drill is not a vehicle." */
function contradicts(said: string, claim: string | undefined, word: string | undefined): boolean {
  if (claim === undefined) return false;
  const at = said.toLowerCase().replace(/[*_`"]/g, '');
  const isSaid = at.includes(` is ${claim}`);
  const isDenied = [` is not ${claim}`, `n't ${claim}`, `n’t ${claim}`].some((denial) => at.includes(denial));
  return word === 'no' ? isSaid && !isDenied : isDenied;
}
