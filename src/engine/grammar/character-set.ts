/** Sets of characters, and how a grammar in GBNF has them where they stand inside a JSON string. */

/** Code points from one to another, both within; a set may have them in any order, and twice. */
export type CharacterRange = readonly [from: number, to: number];
export type CharacterSet = readonly CharacterRange[];

const lastCodePoint = 0x10ffff;
/** Halves of a character, which no text holds alone. */
const surrogates: CharacterRange = [0xd800, 0xdfff];

export const digits: CharacterSet = [[0x30, 0x39]];
export const wordCharacters: CharacterSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
export const lineEnds: CharacterSet = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];
export const blanks: CharacterSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

/** All other characters. */
export function allBut(set: CharacterSet): CharacterSet {
  const others: CharacterRange[] = [];
  let next = 0;
  for (const [from, to] of [...set].sort(([one], [other]) => one - other)) {
    if (from > next) others.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= lastCodePoint) others.push([next, lastCodePoint]);
  return others;
}

/** Whether some character is in both. */
export function overlaps(set: CharacterSet, other: CharacterSet): boolean {
  return set.some(([from, to]) => other.some(([low, high]) => from <= high && low <= to));
}

/** What a JSON string has no room for as it is. */
const notAsItIs: CharacterSet = [[0x00, 0x1f], [0x22, 0x22], [0x5c, 0x5c], [0x7f, 0x7f], surrogates];
/** Of these, the ones with a short way to be written. */
const written = ['"', '\\', '\b', '\f', '\n', '\r', '\t'];

/** One character of a set, as it is written in a JSON string; undefined where none of them can be. */
export function characterRule(set: CharacterSet): string | undefined {
  const asItIs = allBut([...allBut(set), ...notAsItIs]);
  const ranges = asItIs.map(([from, to]) => (from === to ? hex(from) : `${hex(from)}-${hex(to)}`)).join('');
  const escaped = written.filter((character) => set.some(([from, to]) => isBetween(character.charCodeAt(0), from, to)));
  const choices = [
    ...(ranges === '' ? [] : [`[${ranges}]`]),
    ...escaped.map((character) => quoted(JSON.stringify(character).slice(1, -1))),
  ];
  if (choices.length === 0) return undefined;
  return choices.length === 1 ? choices[0] : `(${choices.join(' | ')})`;
}

/** A text as it is, in GBNF. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
}

function isBetween(code: number, from: number, to: number): boolean {
  return code >= from && code <= to;
}

function hex(code: number): string {
  const digitsOf = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${digitsOf.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${digitsOf.padStart(4, '0')}` : `\\U${digitsOf.padStart(8, '0')}`;
}
