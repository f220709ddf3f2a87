import { allBut, blanks, type CharacterSet, digits, lineEnds, wordCharacters } from './character-set.ts';

/** Patterns of ECMAScript with the flag `u`, read as far as a grammar can say them: nothing that looks around, or back. */

/** Something that comes a number of times: a character of a set, or one of several sequences. */
export interface Part {
  readonly min: number;
  readonly max: number | undefined;
  readonly set?: CharacterSet;
  readonly alternatives?: readonly (readonly Part[])[];
}

/** One of the alternatives of a pattern; whether it is held to the beginning and the end of the text. */
export interface Alternative {
  readonly parts: readonly Part[];
  readonly isBegun: boolean;
  readonly isEnded: boolean;
}

/** A pattern as its alternatives; undefined where it says what no grammar can, or is none. */
export function readPattern(pattern: string): readonly Alternative[] | undefined {
  if (pattern.length > maxLength) return undefined;
  try {
    RegExp(pattern, 'u');
    return readAlternatives({ pattern: [...pattern], at: 0 });
  } catch (error) {
    if (error instanceof BeyondGrammar || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** It does not leave this file. */
class BeyondGrammar extends Error {}

const maxDepth = 32;
/** Characters of a pattern. */
const maxLength = 1_000;

interface Reader {
  /** By characters. */
  readonly pattern: readonly string[];
  at: number;
}

function readAlternatives(reader: Reader, depth = 0): readonly Alternative[] {
  if (depth > maxDepth) throw new BeyondGrammar();
  const alternatives = [readAlternative(reader, depth)];
  while (take(reader, '|')) alternatives.push(readAlternative(reader, depth));
  return alternatives;
}

function readAlternative(reader: Reader, depth: number): Alternative {
  const isBegun = take(reader, '^');
  const parts: Part[] = [];
  while (!isAtEnd(reader) && !['|', ')', '$'].includes(next(reader))) parts.push(readPart(reader, depth));
  const isEnded = take(reader, '$');
  if (!isAtEnd(reader) && !['|', ')'].includes(next(reader))) throw new BeyondGrammar();
  // Inside of a group an end of the text may stand in the middle.
  if (depth > 0 && (isBegun || isEnded)) throw new BeyondGrammar();
  return { parts, isBegun, isEnded };
}

function readPart(reader: Reader, depth: number): Part {
  const single = take(reader, '(') ? { alternatives: readGroup(reader, depth) } : { set: readSet(reader) };
  return { ...single, ...readTimes(reader) };
}

function readGroup(reader: Reader, depth: number): readonly (readonly Part[])[] {
  if (take(reader, '?') && !take(reader, ':')) readGroupName(reader);
  const alternatives = readAlternatives(reader, depth + 1);
  take(reader, ')');
  return alternatives.map(({ parts }) => parts);
}

/** `?<name>`; anything else behind the question mark looks around or changes flags. */
function readGroupName(reader: Reader): void {
  if (!take(reader, '<') || ['=', '!'].includes(next(reader))) throw new BeyondGrammar();
  while (!take(reader, '>')) reader.at += 1;
}

function readTimes(reader: Reader): { readonly min: number; readonly max: number | undefined } {
  const times = timesAt(reader);
  // Whether the longest or the shortest is tried first does not change what fits.
  if (times !== undefined) take(reader, '?');
  return times ?? { min: 1, max: 1 };
}

function timesAt(reader: Reader): { readonly min: number; readonly max: number | undefined } | undefined {
  if (take(reader, '*')) return { min: 0, max: undefined };
  if (take(reader, '+')) return { min: 1, max: undefined };
  if (take(reader, '?')) return { min: 0, max: 1 };
  if (!take(reader, '{')) return undefined;
  const [, from = '', comma, to = ''] = /^(\d+)(,?)(\d*)\}/.exec(reader.pattern.slice(reader.at, reader.at + 40).join('')) ?? [];
  if (from === '') throw new BeyondGrammar();
  reader.at += from.length + (comma ?? '').length + to.length + 1;
  return { min: Number(from), max: comma === '' ? Number(from) : to === '' ? undefined : Number(to) };
}

function readSet(reader: Reader): CharacterSet {
  if (take(reader, '[')) return readClass(reader);
  if (take(reader, '.')) return allBut(lineEnds);
  return take(reader, '\\') ? readEscape(reader) : one(codeAt(reader));
}

/** What stands in brackets. */
function readClass(reader: Reader): CharacterSet {
  const isOther = take(reader, '^');
  const set: (readonly [number, number])[] = [];
  while (!take(reader, ']')) {
    const from = readMember(reader);
    const isRange = from.length === 1 && next(reader) === '-' && reader.pattern[reader.at + 1] !== ']';
    if (isRange) {
      reader.at += 1;
      const to = readMember(reader);
      set.push([from[0]?.[0] ?? 0, to[0]?.[1] ?? 0]);
    } else set.push(...from);
  }
  return isOther ? allBut(set) : set;
}

function readMember(reader: Reader): CharacterSet {
  if (!take(reader, '\\')) return one(codeAt(reader));
  if (take(reader, 'b')) return one(0x08);
  return take(reader, '-') ? one(0x2d) : readEscape(reader);
}

const sets: Readonly<Record<string, CharacterSet>> = {
  d: digits,
  D: allBut(digits),
  w: wordCharacters,
  W: allBut(wordCharacters),
  s: blanks,
  S: allBut(blanks),
};
const controls: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d };

/** What stands behind a backslash. */
function readEscape(reader: Reader): CharacterSet {
  const rest = reader.pattern.slice(reader.at, reader.at + 12).join('');
  const [text, short, long, wide] = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]+)\})/.exec(rest) ?? [];
  if (text !== undefined) {
    reader.at += text.length;
    return one(Number.parseInt(short ?? long ?? wide ?? '', 16));
  }
  const letter = next(reader);
  reader.at += 1;
  const set = sets[letter];
  if (set) return set;
  const control = controls[letter];
  if (control !== undefined) return one(control);
  // References back, edges of words, classes by property: with the flag u all other letters and digits mean something of their own.
  if (/[0-9a-zA-Z]/.test(letter)) throw new BeyondGrammar();
  return one(letter.codePointAt(0) ?? 0);
}

/** The set of one character. */
function one(code: number): CharacterSet {
  return [[code, code]];
}

function codeAt(reader: Reader): number {
  const code = next(reader).codePointAt(0) ?? 0;
  reader.at += 1;
  return code;
}

/** Whether a character comes next, which is then behind. */
function take(reader: Reader, character: string): boolean {
  if (next(reader) !== character) return false;
  reader.at += 1;
  return true;
}

/** The next character; empty at the end. */
function next({ pattern, at }: Reader): string {
  return pattern[at] ?? '';
}

function isAtEnd(reader: Reader): boolean {
  return next(reader) === '';
}
