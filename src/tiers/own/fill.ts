import { LuciError } from '../../base/errors.ts';

/** Parameters of a template: lists of values, or of objects for values that belong together. */

/** A value that is filled in. */
type Scalar = string | number | boolean;

/** One value of every list. */
export type Choice = Readonly<Record<string, Scalar | Readonly<Record<string, Scalar>>>>;

const placeholder = /\{\{([A-Za-z]\w*(?:\.[A-Za-z]\w*)?)\}\}|\{([A-Za-z]\w*)(?:\.([A-Za-z]\w*))?\}/g;

/**
 * A template with its placeholders filled in, in keys too. A text that is one placeholder and nothing else becomes the value itself, so
 * that numbers stay numbers. Throws USAGE for a placeholder without a parameter.
 */
export function filled(template: unknown, choice: Choice): unknown {
  if (typeof template === 'string') {
    const whole = /^\{([A-Za-z]\w*)(?:\.([A-Za-z]\w*))?\}$/.exec(template);
    return whole ? chosenValue(choice, whole[1] ?? '', whole[2]) : filledText(template, choice);
  }
  if (Array.isArray(template)) return template.map((item) => filled(item, choice));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [filledText(key, choice), filled(value, choice)]));
}

/** Names of the parameters a template uses. */
export function usedParameters(template: unknown): ReadonlySet<string> {
  const text = JSON.stringify(template);
  return new Set([...text.matchAll(placeholder)].flatMap((match) => match[2] ?? []));
}

function filledText(text: string, choice: Choice): string {
  return text.replace(placeholder, (_, literal: string | undefined, name: string, field: string | undefined) =>
    literal === undefined ? String(chosenValue(choice, name, field)) : `{${literal}}`,
  );
}

function chosenValue(choice: Choice, name: string, field: string | undefined): Scalar {
  const value = Object.hasOwn(choice, name) ? choice[name] : undefined;
  const found = typeof value === 'object' ? (field !== undefined && Object.hasOwn(value, field) ? value[field] : undefined) : value;
  const isWhole = (typeof value === 'object') === (field !== undefined);
  if (found !== undefined && isWhole) return found;
  const asked = field === undefined ? name : `${name}.${field}`;
  throw new LuciError('USAGE', `there is no parameter "${asked}"; the text {${asked}} itself is written {{${asked}}}`);
}
