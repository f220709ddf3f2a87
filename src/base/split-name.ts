/** Names of the parts of a split model, as in `stem-00001-of-00003.gguf`. */

/** A part's name, taken apart. */
export interface SplitName {
  /** What all parts share, folders included. */
  readonly stem: string;
  /** From 1. */
  readonly part: number;
  readonly count: number;
}

const pattern = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/is;
const maxParts = 999;

/** @returns What a name says, or undefined for a file that is no part of a split model. */
export function splitNameOf(path: string): SplitName | undefined {
  const [, stem, part, count] = pattern.exec(path) ?? [];
  return stem === undefined ? undefined : { stem, part: Number(part), count: Number(count) };
}

/** @returns The names of all parts in order; no more than a splitter makes, whatever the count says. */
export function allPartNames({ stem, count }: Pick<SplitName, 'stem' | 'count'>): string[] {
  const fiveDigits = (number: number): string => String(number).padStart(5, '0');
  return Array.from({ length: Math.min(maxParts, count) }, (_, index) => `${stem}-${fiveDigits(index + 1)}-of-${fiveDigits(count)}.gguf`);
}

/** @returns The path of the first part, by which a split model is opened, for that of any part; any other path as it is. */
export function firstPartOf(path: string): string {
  const split = splitNameOf(path);
  return (split && allPartNames(split)[0]) ?? path;
}
