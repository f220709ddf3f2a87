import { allBut, type CharacterSet, characterRule, overlaps } from './character-set.ts';
import { type Alternative, type Part, readPattern } from './read-pattern.ts';

/**
 * Patterns of JSON schemas as expressions in GBNF for the inside of a JSON string. There is no rule for what would keep the engine busy:
 * that is checked afterwards, like what no grammar can say.
 */

/** How many characters, or items, there may be. */
export interface Lengths {
  readonly min: number;
  readonly max?: number;
}

/** The engine writes repetitions out: with more parts than these it takes long to begin, and long with every token. */
export const maxRepetitions = 500;

/**
 * The strings that a pattern finds, as the check of the answer reads it; undefined where that cannot be said. Lengths are said too where it is
 * one set of characters again and again.
 */
export function patternGrammar(pattern: string, lengths: Lengths): string | undefined {
  const alternatives = readPattern(pattern)?.map((alternative) => withLengths(alternative, lengths));
  if (alternatives === undefined) return undefined;
  const parts: Part[] = [{ min: 1, max: 1, alternatives: alternatives.map(wholeOf) }];
  if (sizeOf(parts) > maxRepetitions || waysOf(parts, []) > maxWays) return undefined;
  return ruleOf(parts);
}

const anything: Part = { min: 0, max: undefined, set: allBut([]) };

/** An alternative with what may stand around it. */
function wholeOf({ parts, isBegun, isEnded }: Alternative): readonly Part[] {
  return [...(isBegun ? [] : [anything]), ...parts, ...(isEnded ? [] : [anything])];
}

function withLengths(alternative: Alternative, { min, max }: Lengths): Alternative {
  const { parts, isBegun, isEnded } = alternative;
  const [part, ...others] = parts;
  if (part?.set === undefined || others.length > 0 || !isBegun || !isEnded) return alternative;
  const most = Math.min(max ?? Number.POSITIVE_INFINITY, part.max ?? Number.POSITIVE_INFINITY);
  return { ...alternative, parts: [{ ...part, min: Math.max(min, part.min), max: Number.isFinite(most) ? most : undefined }] };
}

/** How many parts there are, written out; more than all bounds where one can never come, or nothing comes without end. */
function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { min, max, set, alternatives = [] }) => {
    if (max !== undefined && (max === 0 || max < min)) return Number.POSITIVE_INFINITY;
    if (max !== 1 && alternatives.some((one) => one.every(canBeNothing))) return Number.POSITIVE_INFINITY;
    if (set !== undefined && characterRule(set) === undefined) return Number.POSITIVE_INFINITY;
    const once = set === undefined ? alternatives.reduce((all, one) => all + sizeOf(one), 1) : 1;
    return sum + once * Math.max(1, max ?? min);
  }, 0);
}

function canBeNothing({ min, alternatives = [] }: Part): boolean {
  return min === 0 || alternatives.some((one) => one.every(canBeNothing));
}

/**
 * Places where the next character can be read in two ways. The engine follows all ways through each token of its vocabulary: a few such places
 * cost little, one that comes again and again doubles the ways with every letter.
 */
const maxWays = 16;

function waysOf(parts: readonly Part[], behind: CharacterSet): number {
  let after = behind;
  let ways = 0;
  for (const part of [...parts].reverse()) {
    const begin = beginOf(part);
    const { min, max = Number.POSITIVE_INFINITY, alternatives = [] } = part;
    if (min !== max && overlaps(begin, after)) ways += 1;
    const inside = waysOfAlternatives(alternatives, max > 1 ? [...begin, ...after] : after);
    if (inside > 0) ways += inside * (max > maxWays ? Number.POSITIVE_INFINITY : max);
    after = canBeNothing(part) ? [...begin, ...after] : begin;
  }
  return ways;
}

function waysOfAlternatives(alternatives: readonly (readonly Part[])[], behind: CharacterSet): number {
  let ways = 0;
  let before: CharacterSet = [];
  for (const parts of alternatives) {
    const begin = [...beginOfAll(parts), ...(parts.every(canBeNothing) ? behind : [])];
    if (overlaps(begin, before)) ways += 1;
    ways += waysOf(parts, behind);
    before = [...before, ...begin];
  }
  return ways;
}

/** What it may begin with. */
function beginOf({ set = [], alternatives = [] }: Part): CharacterSet {
  return [...set, ...alternatives.flatMap(beginOfAll)];
}

function beginOfAll(parts: readonly Part[]): CharacterSet {
  const sure = parts.findIndex((part) => !canBeNothing(part));
  return parts.slice(0, sure < 0 ? parts.length : sure + 1).flatMap(beginOf);
}

function ruleOf(parts: readonly Part[]): string {
  return parts.length === 0 ? '""' : parts.map((part) => singleRule(part) + timesRule(part)).join(' ');
}

function singleRule(part: Part): string {
  if (part === anything) return 'char';
  if (part.set !== undefined) return characterRule(part.set) ?? '""';
  const alternatives = part.alternatives ?? [];
  return `(${alternatives.map(ruleOf).join(' | ')})`;
}

function timesRule({ min, max }: Part): string {
  if (max === undefined) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (max === 1) return min === 0 ? '?' : '';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}
