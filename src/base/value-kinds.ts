import { parseBytes, parseSeconds } from './units.ts';

/** Values as people write them: of flags, of variables and in the configuration file. Knows forms and bounds, not what the values are for. */

/** One form of value. */
export interface ValueKind<Value> {
  /** Completes "is not …", as in "a whole number from 1 to 16". */
  readonly expected: string;
  /** A text that is understood. */
  readonly example: string;
  /** Every text that is understood, where they can be listed. */
  readonly choices?: readonly string[];
  /** How JSON holds it. */
  readonly json: 'string' | 'number' | 'boolean' | 'list';
  /** The value of a text; undefined for one that means none. */
  parse(text: string): Value | undefined;
  /** The value of an empty list. */
  readonly none?: Value;
  /** Whether a value that was not text is within the bounds. */
  holds(value: Value): boolean;
}

interface Bounds {
  /** The least value (default 0). */
  readonly min?: number;
  readonly max?: number;
  readonly example?: string;
}

/** A whole number. */
export function wholeNumber({ min = 0, max, example = String(Math.max(1, min)) }: Bounds = {}): ValueKind<number> {
  const holds = (value: number): boolean => Number.isSafeInteger(value) && value >= min && value <= (max ?? value);
  return { expected: `a whole number ${boundsText(min, max)}`, example, json: 'number', parse: numberWhere(holds), holds };
}

/** A number with or without a fraction. */
export function decimalNumber({ min = 0, max, example = String(min + 0.5) }: Bounds = {}): ValueKind<number> {
  const holds = (value: number): boolean => Number.isFinite(value) && value >= min && value <= (max ?? value);
  return { expected: `a number ${boundsText(min, max)}`, example, json: 'number', parse: numberWhere(holds), holds };
}

function boundsText(min: number, max: number | undefined): string {
  return max === undefined ? `of ${min} or more` : `from ${min} to ${max}`;
}

function numberWhere(holds: (value: number) => boolean): (text: string) => number | undefined {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    return holds(value) ? value : undefined;
  };
}

/** A size or a rate in bytes, as in `5M`; more than none. */
export function byteSize(example: string): ValueKind<number> {
  const holds = (value: number): boolean => Number.isFinite(value) && value > 0;
  const parse = (text: string): number | undefined => {
    const bytes = parseBytes(text);
    return bytes !== undefined && holds(bytes) ? bytes : undefined;
  };
  return { expected: `a size like ${example}`, example, json: 'string', parse, holds };
}

/** A time in seconds, as in `5m`. */
export function duration(example = '5m'): ValueKind<number> {
  const holds = (value: number): boolean => Number.isFinite(value) && value >= 0;
  return { expected: `a time like ${example} or 0`, example, json: 'string', parse: parseSeconds, holds };
}

/** One of these. */
export function oneOf<const Value extends string | number>(values: readonly Value[]): ValueKind<Value> {
  const choices = values.map(String);
  return {
    expected: `one of ${choices.join(', ')}`,
    example: choices[0] ?? '',
    choices,
    json: typeof values[0] === 'number' ? 'number' : 'string',
    parse: (text) => values.find((value) => String(value) === text),
    holds: (value) => values.includes(value),
  };
}

/** Yes or no; a variable that says anything but no means yes. */
export const onOff: ValueKind<boolean> = {
  expected: 'true or false',
  example: '1',
  json: 'boolean',
  parse: (text) => !/^(0|false|no|off)$/i.test(text),
  holds: (value) => typeof value === 'boolean',
};

/** Any text. */
export function anyText(example: string): ValueKind<string> {
  return { expected: 'a text', example, json: 'string', parse: (text) => text, holds: (value) => typeof value === 'string' };
}

/** Texts of one form, without what is around them. */
export function textLike(form: RegExp, { expected, example }: Pick<ValueKind<string>, 'expected' | 'example'>): ValueKind<string> {
  const parse = (text: string): string | undefined => (form.test(text.trim()) ? text.trim() : undefined);
  return { expected, example, json: 'string', parse, holds: (value) => form.test(value) };
}

/** An http or https address, without slashes at its end. */
export const httpAddress: ValueKind<string> = {
  expected: 'an http address',
  example: 'https://host',
  json: 'string',
  parse: (text) => (isHttpAddress(text) ? text.replace(/\/+$/, '') : undefined),
  holds: isHttpAddress,
};

function isHttpAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Several of a kind, with commas between them. */
export function listOf<Value>(kind: ValueKind<Value>): ValueKind<readonly Value[]> {
  return {
    expected: `${kind.expected}, with commas between several`,
    example: kind.example,
    json: 'list',
    none: [],
    parse(text) {
      const values = text.split(',').map((part) => kind.parse(part.trim()));
      return values.every((value) => value !== undefined) ? values : undefined;
    },
    holds: (values) => values.every((value) => kind.holds(value)),
  };
}

/** One part of several, as in `1/4`. */
export const shard: ValueKind<{ readonly index: number; readonly count: number }> = {
  expected: 'of the form 1/4',
  example: '1/4',
  json: 'string',
  parse(text) {
    const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text)?.map(Number) ?? [];
    return index && count && index <= count ? { index, count } : undefined;
  },
  holds: ({ index, count }) => index >= 1 && index <= count,
};

/** What is wrong with a text that a kind does not understand. Names and passwords in it are not told. */
export function misfit(text: string, { expected }: Pick<ValueKind<unknown>, 'expected'>): string {
  return `"${text.replace(/[^/\s]*@/g, '…@')}" is not ${expected}`;
}
