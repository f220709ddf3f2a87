import Fraction from 'fraction.js';
import type { Unit } from './units.ts';

/** Numbers with and without a unit, and what can be done with them. All exact. */

/** A number, a percentage, or a number of a unit. */
export interface Quantity {
  /** In its unit; of a percentage the hundredth, as in 0.15. */
  readonly value: Fraction;
  readonly unit?: Unit;
  readonly isPercent?: boolean;
}

/** What makes a text no sum: it is for the model. */
export class NotASum extends Error {}

/** A sum that has no value luci can write, with the reason, as in `it divides by zero`. */
export class NoValue extends Error {}

/** A longer number takes long to make and nobody reads it. */
const maxBits = 3400;

/** Both of one dimension; `80 + 15%` is 92, as calculators have it. */
export function add(left: Quantity, right: Quantity): Quantity {
  if (right.isPercent && !left.isPercent) return { ...left, value: left.value.mul(right.value.add(1)) };
  const value = left.value.add(inUnitOf(right, left));
  return { ...left, value };
}

export function negated(quantity: Quantity): Quantity {
  return { ...quantity, value: quantity.value.neg() };
}

/** One of the two is a plain number. */
export function multiply(left: Quantity, right: Quantity): Quantity {
  if (left.unit !== undefined && right.unit !== undefined) throw new NotASum();
  const unit = scalable(left.unit ?? right.unit);
  return { value: checked(left.value.mul(right.value)), unit };
}

/** By a number, or by a quantity of the same dimension: how often it goes into it. */
export function divide(left: Quantity, right: Quantity): Quantity {
  const divisor = right.unit === undefined ? right.value : inUnitOf(right, left);
  if (divisor.n === 0n) throw new NoValue('it divides by zero');
  return { value: checked(left.value.div(divisor)), unit: right.unit === undefined ? scalable(left.unit) : undefined };
}

/** The rest of a division, with the sign of the left number. */
export function remainder(left: Quantity, right: Quantity): Quantity {
  plain(left, right);
  if (right.value.n === 0n) throw new NoValue('it divides by zero');
  return { value: left.value.mod(right.value) };
}

/** A power that is a fraction. */
export function power(base: Quantity, exponent: Quantity): Quantity {
  plain(base, exponent);
  if (exponent.value.d !== 1n) return root(base, exponent);
  if (base.value.n === 0n && exponent.value.s < 0n) throw new NoValue('it divides by zero');
  const bits = Math.max(bitsOf(base.value.n), bitsOf(base.value.d)) - 1;
  if (exponent.value.n > maxBits && bits > 0) throw new NoValue('it has too many digits to write out');
  if (bits * Number(exponent.value.n) > maxBits) throw new NoValue('it has too many digits to write out');
  return { value: checked(powerOf(base.value, exponent.value)) };
}

/** Only what is a fraction again, as in `9 ^ 0.5`. */
function root(base: Quantity, exponent: Quantity): Quantity {
  if (exponent.value.n > 12n || exponent.value.d > 12n || base.value.s < 0n) throw new NotASum();
  const value: Fraction | null = base.value.pow(exponent.value);
  if (value === null) throw new NotASum();
  return { value: checked(value) };
}

function powerOf(base: Fraction, { s, n }: Fraction): Fraction {
  const raised = new Fraction(base.s ** n * base.n ** n, base.d ** n);
  return s < 0n ? raised.inverse() : raised;
}

/** The root to 40 places; exact where it is a fraction. */
export function squareRoot(quantity: Quantity): Quantity {
  plain(quantity);
  const { s, n, d } = quantity.value;
  if (s < 0n) throw new NoValue('it takes the square root of a negative number');
  const [top, bottom] = [wholeRoot(n), wholeRoot(d)];
  if (top * top === n && bottom * bottom === d) return { value: new Fraction(top, bottom) };
  const scale = 10n ** 41n;
  // One more than any decimal that is written as exact: it is told as rounded.
  return { value: new Fraction(wholeRoot((n * scale * scale) / d) * 3n + 1n, scale * 3n) };
}

function wholeRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (guess + value / guess) / 2n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** The same in another unit of its dimension. */
export function convert({ value, unit }: Quantity, to: Unit): Quantity {
  if (unit === undefined || unit.dimension !== to.dimension) throw new NotASum();
  const base = value.mul(unit.factor).add(unit.offset ?? 0);
  return { value: base.sub(to.offset ?? 0).div(to.factor), unit: to };
}

/** The number of a quantity in the unit of another one. */
function inUnitOf(quantity: Quantity, other: Quantity): Fraction {
  if (Boolean(quantity.isPercent) !== Boolean(other.isPercent) || quantity.unit?.dimension !== other.unit?.dimension) throw new NotASum();
  if (quantity.unit === undefined || other.unit === undefined) return quantity.value;
  scalable(quantity.unit);
  return convert(quantity, other.unit).value;
}

/** Degrees are places on a scale: twice of them, or two together, mean nothing. */
function scalable(unit: Unit | undefined): Unit | undefined {
  if (unit?.dimension === 'temperature') throw new NotASum();
  return unit;
}

function plain(...quantities: readonly Quantity[]): void {
  if (quantities.some(({ unit }) => unit !== undefined)) throw new NotASum();
}

function checked(value: Fraction): Fraction {
  if (Math.max(bitsOf(value.n), bitsOf(value.d)) > maxBits) throw new NoValue('it has too many digits to write out');
  return value;
}

function bitsOf(value: bigint): number {
  return value.toString(16).length * 4;
}
