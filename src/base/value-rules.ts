import { LuciError } from './errors.ts';

/** Rules for values that programs give: plain JavaScript gives any. */

/** What is wrong with a value, as in `must be a text`; undefined where nothing is. */
export type Rule = (value: unknown) => string | undefined;

/** A number within bounds. */
export const number =
  (from: number, to = Number.MAX_SAFE_INTEGER, isWhole = false): Rule =>
  (value) =>
    typeof value === 'number' && value >= from && value <= to && (!isWhole || Number.isInteger(value))
      ? undefined
      : `must be a ${isWhole ? 'whole ' : ''}number ${to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`}`;
export const boolean: Rule = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
export const text: Rule = (value) => (typeof value === 'string' ? undefined : 'must be a text');
export const run: Rule = (value) => (typeof value === 'function' ? undefined : 'must be a function');
/** A list whose items all hold. */
export const listOf =
  (rule: Rule, what: string): Rule =>
  (value) => {
    if (!Array.isArray(value)) return `must be a list of ${what}`;
    const wrong = value.findIndex((item) => rule(item) !== undefined);
    return wrong < 0 ? undefined : `must be a list of ${what}; item ${wrong + 1} ${rule(value[wrong]) ?? ''}`;
  };
export const record: Rule = (value) => (isRecord(value) ? undefined : 'must be an object');
/** It need not be given. */
export const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined ? undefined : rule(value);
/** An object whose members hold; others may be there. */
export const recordOf =
  (members: Readonly<Record<string, Rule>>): Rule =>
  (value) =>
    isRecord(value) ? inWords(firstProblem(value, members)) : 'must be an object';

function inWords(problem: string | undefined): string | undefined {
  return problem && `have a wrong value: ${problem}`;
}

/** The first member that is given and does not hold, as in `topP must be a number from 0 to 1`. */
export function firstProblem(values: Readonly<Record<string, unknown>>, known: Readonly<Record<string, Rule>>): string | undefined {
  for (const [key, rule] of Object.entries(known)) {
    const problem = values[key] === undefined ? undefined : rule(values[key]);
    if (problem !== undefined) return `${key} ${problem}`;
  }
  return undefined;
}

/** The refusal of what a program gave. */
export function wrongValue(what: string): LuciError {
  return new LuciError('USAGE', `${what}.`, { hint: 'docs/library.md lists the options and their values.' });
}

/** An object that is no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
