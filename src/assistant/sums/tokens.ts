import Fraction from 'fraction.js';
import { NotASum } from './quantity.ts';
import { type Unit, unitOf } from './units.ts';

/** A sum as signs: numbers, units, operators. */

/** `percent` stands behind a number, `mod` between two. */
export type Operator = '+' | '-' | '*' | '/' | '^' | '(' | ')' | 'mod' | 'percent' | 'of' | 'sqrt';

/** One sign of a sum. */
export type Token =
  | { readonly kind: 'number'; readonly value: Fraction }
  | { readonly kind: 'unit'; readonly unit: Unit }
  | { readonly kind: 'operator'; readonly operator: Operator };

/** Words and signs that stand for operators, the longer ones first. */
const operators: readonly (readonly [form: RegExp, signs: readonly (Operator | number)[]])[] = [
  [/^multiplied by\b/i, ['*']],
  [/^divided by\b/i, ['/']],
  [/^(raised )?to the power of\b/i, ['^']],
  [/^(the )?square root of\b/i, ['sqrt']],
  [/^sqrt\b/i, ['sqrt']],
  [/^plus\b/i, ['+']],
  [/^minus\b/i, ['-']],
  [/^times\b/i, ['*']],
  [/^mod(ulo)?\b/i, ['mod']],
  [/^of\b/i, ['of']],
  [/^squared\b/i, ['^', 2]],
  [/^cubed\b/i, ['^', 3]],
  [/^per ?cent\b/i, ['percent']],
  // Between spaces only: 4x4 is a car.
  [/^x(?= )/i, ['*']],
  [/^\*\*/, ['^']],
  [/^[*×·∙]/, ['*']],
  [/^[/÷∕]/, ['/']],
  [/^[-−–]/, ['-']],
  // Before a number it is the rest of a division, behind one and alone it is a percentage.
  [/^%(?= ?[\d.(])/, ['mod']],
  [/^%/, ['percent']],
  [/^[+^()]/, []],
];

/** English commas stand between three digits each; any other comma means something else. */
const number = /^(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(?![\d,.])|^\.(\d+)(?![\d,.])/;
const unitName = /^(?:nautical miles?|metric tons?|degrees? (?:celsius|fahrenheit|[cf])\b|[°º]?[a-zµμ]+)/i;

/** The signs of a text. Throws {@link NotASum} for one that has others. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let left = text.trim();
  while (left !== '') {
    const [read, length] = tokenOf(left);
    tokens.push(...read);
    left = left.slice(length).trimStart();
  }
  return tokens;
}

function tokenOf(text: string): readonly [tokens: readonly Token[], length: number] {
  const digits = number.exec(text);
  if (digits) return [[{ kind: 'number', value: numberOf(digits) }], digits[0].length];
  for (const [form, signs] of operators) {
    const found = form.exec(text)?.[0];
    if (found !== undefined) return [(signs.length > 0 ? signs : [found as Operator]).map(tokenFor), found.length];
  }
  const name = unitName.exec(text)?.[0];
  const unit = name === undefined ? undefined : unitOf(name);
  if (name === undefined || unit === undefined) throw new NotASum();
  return [[{ kind: 'unit', unit }], name.length];
}

function tokenFor(sign: Operator | number): Token {
  return typeof sign === 'number' ? { kind: 'number', value: new Fraction(sign) } : { kind: 'operator', operator: sign };
}

function numberOf([, whole = '0', rest = '', alone]: RegExpExecArray): Fraction {
  const places = alone ?? rest;
  return new Fraction(BigInt(whole.replaceAll(',', '') + places), 10n ** BigInt(places.length));
}
