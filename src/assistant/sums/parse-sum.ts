import { add, divide, multiply, NotASum, negated, power, type Quantity, remainder, squareRoot } from './quantity.ts';
import { type Operator, type Token, tokensOf } from './tokens.ts';

/** Reads a sum and works it out: `+ - * / % ^`, parentheses, percentages, units. */

/** Deeper parentheses are no sum that a person writes. */
const maxDepth = 40;

/** A sum that was worked out. */
export interface WorkedOut {
  readonly quantity: Quantity;
  /** Whether anything was to be done: a number alone is no sum. */
  readonly hasOperator: boolean;
}

/** The value of a sum. Throws NotASum for any other text, NoValue for a sum without one. */
export function workOut(text: string): WorkedOut {
  const tokens = tokensOf(text);
  const reader = new SumReader(tokens);
  const quantity = reader.sum();
  if (!reader.isAtEnd) throw new NotASum();
  return { quantity, hasOperator: tokens.some((token, index) => isWork(token, index === 0)) };
}

/** A sign before a number, parentheses around it and a percent sign behind it leave it a number. */
function isWork(token: Token, isFirst: boolean): boolean {
  if (token.kind !== 'operator' || ['percent', '(', ')'].includes(token.operator)) return false;
  return !isFirst || token.operator === 'sqrt';
}

class SumReader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** `a + b - c` */
  sum(): Quantity {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new NotASum();
    let left = this.#product();
    for (let sign = this.#take('+', '-'); sign !== undefined; sign = this.#take('+', '-')) {
      const right = this.#product();
      left = add(left, sign === '+' ? right : negated(right));
    }
    this.#depth -= 1;
    return left;
  }

  #product(): Quantity {
    let left = this.#signed();
    for (let sign = this.#take('*', '/', 'mod', 'of'); sign !== undefined; sign = this.#take('*', '/', 'mod', 'of')) {
      const right = this.#signed();
      // `3 of 5` counts something; `15% of 80` and `1/2 of 10` are shares.
      if (sign === 'of' && !left.isPercent && left.value.d === 1n) throw new NotASum();
      if (sign === 'mod') left = remainder(left, right);
      else left = sign === '/' ? divide(left, right) : multiply(left, right);
    }
    return left;
  }

  /** A sign counts less than a power: `-2 ^ 2` is -4. */
  #signed(): Quantity {
    let isNegative = false;
    for (let sign = this.#take('+', '-'); sign !== undefined; sign = this.#take('+', '-')) isNegative = isNegative !== (sign === '-');
    const value = this.#power();
    return isNegative ? negated(value) : value;
  }

  /** From the right: `2 ^ 3 ^ 2` is 512. */
  #power(): Quantity {
    const base = this.#value();
    if (this.#take('^') === undefined) return base;
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new NotASum();
    const exponent = this.#signed();
    this.#depth -= 1;
    return power(base, exponent);
  }

  #value(): Quantity {
    if (this.#take('sqrt') !== undefined) return squareRoot(this.#value());
    if (this.#take('(') !== undefined) {
      const inner = this.sum();
      if (this.#take(')') === undefined) throw new NotASum();
      return this.#percentOf(inner);
    }
    return this.#percentOf(this.#number());
  }

  /** `5`, `5 km`, and `5 ft 3 in`. */
  #number(): Quantity {
    const first = this.#oneNumber();
    if (first === undefined) throw new NotASum();
    let whole = first;
    for (let last = first; whole.unit !== undefined; ) {
      const next = this.#oneNumber();
      if (next === undefined) return whole;
      // Smaller units follow larger ones, each once.
      if (next.unit === undefined || last.unit === undefined || next.unit.factor.compare(last.unit.factor) >= 0) throw new NotASum();
      whole = add(whole, next);
      last = next;
    }
    return whole;
  }

  #oneNumber(): Quantity | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'number') return undefined;
    this.#at += 1;
    const next = this.#tokens[this.#at];
    if (next?.kind !== 'unit') return { value: token.value };
    this.#at += 1;
    return { value: token.value, unit: next.unit };
  }

  #percentOf(quantity: Quantity): Quantity {
    if (this.#take('percent') === undefined) return quantity;
    if (quantity.unit !== undefined || quantity.isPercent) throw new NotASum();
    return { value: quantity.value.div(100), isPercent: true };
  }

  /** The operator that stands next, where it is one of these. */
  #take(...wanted: readonly Operator[]): Operator | undefined {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'operator' || !wanted.includes(token.operator)) return undefined;
    this.#at += 1;
    return token.operator;
  }
}
