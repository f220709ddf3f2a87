/** Expressions of a small language, and named mistakes in reading them. */

/** How tightly an operator binds, and from where it groups. */
interface Binding {
  readonly tightness: number;
  readonly fromRight?: boolean;
}

/** How expressions are read; the defaults are right. */
export interface Reading {
  /** The operator that is no usual one. */
  readonly sign: string;
  readonly apply: (a: number, b: number) => number;
  /** Of the operators that bind otherwise than they must; `sign` is the one that is no usual one. */
  readonly bindings?: Readonly<Partial<Record<'+' | '-' | '*' | 'sign', Binding>>>;
  /** What a minus in front of a value takes: any value, all up to the next usual operator, one value, one number, nothing. */
  readonly minus?: 'value' | 'loose' | 'once' | 'number' | 'never';
  readonly skipsSpaces?: boolean;
  readonly oneDigit?: boolean;
  readonly ignoresBrackets?: boolean;
}

const rightBindings = {
  '+': { tightness: 1 },
  '-': { tightness: 1 },
  '*': { tightness: 2 },
  sign: { tightness: 3, fromRight: true },
} as const;

/** Nearly right readings. */
export function readingMistakes(apply: (a: number, b: number) => number): Readonly<Record<string, Partial<Reading>>> {
  return {
    'the operator the other way round': { apply: (a, b) => (apply(0, 1) === 2 ? 2 * a + b : a - b) },
    'the operator is plus': { apply: (a, b) => a + b },
    'the operator is the larger one': { apply: Math.max },
    'groups from the left': { bindings: { sign: { tightness: 3 } } },
    'minus looser than the operator': { minus: 'loose' },
    'one minus only': { minus: 'once' },
    'minus before numbers only': { minus: 'number' },
    'no minus before a value': { minus: 'never' },
    'the operator as loose as *': { bindings: { sign: { tightness: 2 } } },
    'the operator as loose as +': { bindings: { sign: { tightness: 1 } } },
    'the operator looser than +': { bindings: { sign: { tightness: 0, fromRight: true } } },
    'subtraction groups from the right': { bindings: { '-': { tightness: 1, fromRight: true } } },
    '* is no tighter than +': { bindings: { '*': { tightness: 1 } } },
    'spaces are not skipped': { skipsSpaces: false },
    'one digit a number': { oneDigit: true },
    'brackets are passed over': { ignoresBrackets: true },
  };
}

/** Computes an expression; throws where the reading does not get through it. */
export function evaluate(text: string, reading: Reading): number {
  const cursor = cursorOn(reading.ignoresBrackets ? text.replace(/[()]/g, ' ') : text, reading);
  const value = expression(cursor, 0);
  cursor.end();
  return value;
}

/** A place in the text. */
interface Cursor {
  readonly reading: Reading;
  eat(char: string): boolean;
  number(): number;
  /** Throws where more than spaces follow. */
  end(): void;
}

function cursorOn(source: string, reading: Reading): Cursor {
  let at = 0;
  const skip = (): void => {
    while (reading.skipsSpaces !== false && source[at] === ' ') at += 1;
  };
  return {
    reading,
    eat(char) {
      skip();
      if (source[at] !== char) return false;
      at += 1;
      return true;
    },
    number() {
      skip();
      const digits = (reading.oneDigit ? /^\d/ : /^\d+/).exec(source.slice(at))?.[0];
      if (digits === undefined) throw new Error(`no value at ${at}`);
      at += digits.length;
      return Number(digits);
    },
    end() {
      if (source.slice(at).trim() !== '') throw new Error('more follows');
    },
  };
}

function expression(cursor: Cursor, least: number): number {
  let value = prefixed(cursor);
  for (;;) {
    const operator = operators(cursor.reading).find(({ char, tightness }) => tightness >= least && cursor.eat(char));
    if (!operator) return value;
    value = operator.apply(value, expression(cursor, operator.fromRight ? operator.tightness : operator.tightness + 1));
  }
}

function operators({ sign, apply, bindings }: Reading): readonly (Binding & { char: string; apply: (a: number, b: number) => number })[] {
  const all: Readonly<Record<keyof typeof rightBindings, Binding>> = { ...rightBindings, ...bindings };
  return [
    { char: '+', apply: (a, b) => a + b, ...all['+'] },
    { char: '-', apply: (a, b) => a - b, ...all['-'] },
    { char: '*', apply: (a, b) => a * b, ...all['*'] },
    { char: sign, apply, ...all.sign },
  ];
}

function prefixed(cursor: Cursor): number {
  const { minus = 'value' } = cursor.reading;
  if (minus === 'never' || !cursor.eat('-')) return bracketed(cursor);
  if (minus === 'once') return -bracketed(cursor);
  if (minus === 'number') return -cursor.number();
  return minus === 'loose' ? -expression(cursor, rightBindings.sign.tightness) : -prefixed(cursor);
}

function bracketed(cursor: Cursor): number {
  if (!cursor.eat('(')) return cursor.number();
  const value = expression(cursor, 0);
  if (!cursor.eat(')')) throw new Error('no bracket');
  return value;
}
