import type Fraction from 'fraction.js';

/** Fractions as people read them. */

/** Digits of a decimal that ends; a longer one is rounded. */
const maxExactDigits = 40;
/** Digits that count of one that is rounded. */
const roundedDigits = 12;

/** A number in decimal digits, and whether it is that very number. */
export interface DecimalText {
  readonly text: string;
  readonly isExact: boolean;
}

/** `1/8` -> `0.125`; what does not end, or not soon, is rounded to 12 digits that count. */
export function decimalText(value: Fraction): DecimalText {
  const places = exactPlaces(value.d);
  if (places !== undefined) return { text: withPlaces(value, places), isExact: true };
  return { text: withPlaces(value, roundedDigits - magnitudeOf(value)), isExact: false };
}

/** Places after the point of a fraction whose decimal ends soon enough. */
function exactPlaces(denominator: bigint): number | undefined {
  for (let places = 0, power = 1n; places <= maxExactDigits; places += 1, power *= 10n) if (power % denominator === 0n) return places;
  return undefined;
}

/** Digits before the point; below one, how many zeros follow the point, as a negative number. */
function magnitudeOf({ n, d }: Fraction): number {
  if (n >= d) return String(n / d).length;
  return -(String(d / n).length - 1);
}

/** Rounded half up, without zeros at the end. */
function withPlaces({ s, n, d }: Fraction, wanted: number): string {
  const places = Math.max(0, wanted);
  const scaled = (n * 10n ** BigInt(places) * 2n + d) / (d * 2n);
  const digits = String(scaled).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const rest = digits.slice(digits.length - places).replace(/0+$/, '');
  return `${s < 0n && scaled !== 0n ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`;
}
