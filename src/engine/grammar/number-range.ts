/**
 * Numbers between two limits as an expression in GBNF, by their decimal digits. Its length is linear in the digits of the limits. Limits of
 * more than 15 digits, and what is no multiple of something, are left to the check of the value.
 */

/** Words of a JSON schema that limit a number. */
export type NumberLimits = Readonly<Record<string, unknown>>;

/** The whole numbers within the limits; undefined where nothing limits them that digits can tell, or nothing lies between. */
export function integerRange(limits: NumberLimits): string | undefined {
  const { low, high } = limitsOf(limits);
  const least = low && (low.isOut ? Math.floor(low.value) + 1 : Math.ceil(low.value));
  const most = high && (high.isOut ? Math.ceil(high.value) - 1 : Math.floor(high.value));
  if (least === undefined && most === undefined) return undefined;
  const below = (least ?? -1) < 0 ? whole(Math.max(1, -(most ?? -1)), least && -least) : undefined;
  const above = (most ?? 0) >= 0 ? whole(Math.max(0, least ?? 0), most) : undefined;
  return choice([join('"-"', below), above]);
}

/** All numbers within the limits, without exponents; undefined as for whole ones. */
export function numberRange(limits: NumberLimits): string | undefined {
  const { low, high } = limitsOf(limits);
  if (low === undefined && high === undefined) return undefined;
  const below = (low?.value ?? -1) < 0 ? decimals(high && high.value <= 0 ? mirrored(high) : zero, low && mirrored(low)) : undefined;
  const above = (high?.value ?? 0) >= 0 ? decimals(low && low.value >= 0 ? low : zero, high) : undefined;
  return choice([join('"-"', below), above]);
}

/** A limit; whether it is itself outside. */
interface Limit {
  readonly value: number;
  readonly isOut: boolean;
}

const zero: Limit = { value: 0, isOut: false };
const mirrored = ({ value, isOut }: Limit): Limit => ({ value: -value, isOut });
const maxDigits = 15;

/** The narrowest limits. One that has too many digits is none. */
function limitsOf({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: NumberLimits): { readonly low?: Limit; readonly high?: Limit } {
  const told = (value: unknown, isOut: boolean): Limit[] =>
    typeof value === 'number' && Math.abs(value) < 10 ** maxDigits && !String(value).includes('e') ? [{ value, isOut }] : [];
  const [low] = [...told(exclusiveMinimum, true), ...told(minimum, false)].sort((one, other) => other.value - one.value);
  const [high] = [...told(exclusiveMaximum, true), ...told(maximum, false)].sort((one, other) => one.value - other.value);
  return { low, high };
}

/** Whole numbers from `least` to `most`, neither below 0. */
function whole(least: number, most: number | undefined): string | undefined {
  if (most !== undefined && least > most) return undefined;
  const first = String(least);
  const last = most === undefined ? '9'.repeat(first.length) : String(most);
  const choices: (string | undefined)[] = [];
  for (let length = first.length; length <= last.length; length += 1) {
    const from = length === first.length ? first : `1${'0'.repeat(length - 1)}`;
    choices.push(between(from, length === last.length ? last : '9'.repeat(length)));
  }
  if (most === undefined) choices.push(`[1-9] [0-9]{${first.length},${maxDigits}}`);
  return choice(choices);
}

/** Digits from one number to another of the same length. */
function between(from: string, to: string): string | undefined {
  const [first, last, more, rest] = [Number(from[0]), Number(to[0]), from.slice(1), to.slice(1)];
  if (first === last && more !== '') return join(digit(first, first), between(more, rest));
  const [isLowWhole, isHighWhole] = [/^0*$/.test(more), /^9*$/.test(rest)];
  const middle = digit(isLowWhole ? first : first + 1, isHighWhole ? last : last - 1);
  return choice([
    isLowWhole ? undefined : join(digit(first, first), between(more, '9'.repeat(more.length))),
    more === '' ? middle : join(middle, `[0-9]{${more.length}}`),
    isHighWhole ? undefined : join(digit(last, last), between('0'.repeat(rest.length), rest)),
  ]);
}

/** A limit by its digits; zeros at the end of the fraction say nothing. */
interface Digits {
  readonly whole: number;
  readonly fraction: string;
  readonly isOut: boolean;
}

const digitsOf = ({ value, isOut }: Limit): Digits => ({ whole: Math.trunc(value), fraction: String(value).split('.')[1] ?? '', isOut });

/** Digits at the end of a fraction, whatever they are: what a double can hold beside a whole part that is not small. */
const anyMore = '[0-9]{0,8}';
const zeros = '"0"{0,8}';
const anyFraction = '("." [0-9]{1,9})?';

/** Numbers from one limit to another, neither below 0. */
function decimals(low: Limit, high: Limit | undefined): string | undefined {
  const from = digitsOf(low);
  const begun = join(`"${from.whole}"`, fractionOver(from));
  if (high === undefined) return choice([begun, join(whole(from.whole + 1, undefined), anyFraction)]);
  const to = digitsOf(high);
  if (from.whole > to.whole) return undefined;
  if (from.whole === to.whole) return join(`"${from.whole}"`, fractionBetween(from, to));
  return choice([begun, join(whole(from.whole + 1, to.whole - 1), anyFraction), join(`"${to.whole}"`, fractionUnder(to))]);
}

function fractionOver({ fraction, isOut }: Digits): string | undefined {
  return fraction === '' && !isOut ? anyFraction : join('"."', digitsOver(fraction, isOut));
}

function fractionUnder({ fraction, isOut }: Digits): string | undefined {
  if (fraction === '') return isOut ? undefined : '("." "0"{1,9})?';
  return `("." ${digitsUnder(fraction, isOut)})?`;
}

/** Behind the same whole number. */
function fractionBetween(from: Digits, to: Digits): string | undefined {
  const length = Math.max(from.fraction.length, to.fraction.length);
  const [low, high] = [from.fraction.padEnd(length, '0'), to.fraction.padEnd(length, '0')];
  if (low === high) return from.isOut || to.isOut ? undefined : length === 0 ? '("." "0"{1,9})?' : `".${low}" ${zeros}`;
  if (low > high) return undefined;
  const fraction = join('"."', digitsBetween(low, high, { isLowOut: from.isOut, isHighOut: to.isOut }));
  return from.fraction === '' && !from.isOut ? `(${fraction})?` : fraction;
}

/** Digits of a fraction between two different ones of the same length. */
function digitsBetween(low: string, high: string, out: { readonly isLowOut: boolean; readonly isHighOut: boolean }): string | undefined {
  const [first, last] = [Number(low[0]), Number(high[0])];
  if (first === last) return join(digit(first, first), digitsBetween(low.slice(1), high.slice(1), out));
  return choice([
    join(digit(first, first), digitsOver(low.slice(1), out.isLowOut)),
    join(digit(first + 1, last - 1), anyMore),
    join(digit(last, last), restUnder(high.slice(1), out.isHighOut)),
  ]);
}

/** Digits of a fraction that is not below another. */
function digitsOver(fraction: string, isOut: boolean): string | undefined {
  const wanted = fraction.replace(/0+$/, '');
  if (wanted === '') return isOut ? `"0"{0,5} [1-9] ${anyMore}` : anyMore;
  const first = Number(wanted[0]);
  return choice([join(digit(first + 1, 9), anyMore), join(digit(first, first), digitsOver(wanted.slice(1), isOut))]);
}

/** Digits of a fraction that is not above another, which has some that are not 0. */
function digitsUnder(fraction: string, isOut: boolean): string | undefined {
  const first = Number(fraction[0]);
  return choice([join(digit(0, first - 1), anyMore), join(digit(first, first), restUnder(fraction.slice(1), isOut))]);
}

function restUnder(fraction: string, isOut: boolean): string | undefined {
  const wanted = fraction.replace(/0+$/, '');
  if (wanted !== '') return `(${digitsUnder(wanted, isOut)})?`;
  return isOut ? undefined : zeros;
}

function digit(from: number, to: number): string | undefined {
  if (from > to) return undefined;
  return from === to ? `"${from}"` : `[${from}-${to}]`;
}

/** One behind the other, where there are both. */
function join(first: string | undefined, then: string | undefined): string | undefined {
  return first === undefined || then === undefined ? undefined : `${first} ${then}`;
}

/** One of those that there are. */
function choice(choices: readonly (string | undefined)[]): string | undefined {
  const there = choices.filter((one) => one !== undefined);
  if (there.length === 0) return undefined;
  return there.length === 1 ? there[0] : `(${there.join(' | ')})`;
}
