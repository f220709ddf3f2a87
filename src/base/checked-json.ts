import * as v from 'valibot';
import { LuciError } from './errors.ts';
import { readSmallFile } from './read-small-file.ts';
import { diskError } from './system-error.ts';

/** JSON that is checked before anything believes it. */

/** A value of the schema's type, or a STATE_BROKEN that names the first wrong field. */
export function checked<S extends v.GenericSchema>(schema: S, value: unknown, what: string): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new LuciError('STATE_BROKEN', `${what}: ${describeIssue(result.issues[0])}`);
}

/** One line that names the field and what is wrong with it. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const field = v.getDotPath(issue);
  // JSON has no undefined: the field is not there.
  if (field && issue.received === 'undefined') return `"${field}" is missing`;
  if (field && issue.expected === 'never') return `"${field}" is no field here`;
  return `${field ? `"${field}": ` : ''}expected ${issue.expected ?? 'another value'}, found ${issue.received}`;
}

/** JSON text as a value of the schema's type; text that is not JSON is a STATE_BROKEN too. */
export function parseChecked<S extends v.GenericSchema>(schema: S, text: string, what: string): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LuciError('STATE_BROKEN', `${what} is not JSON`, { cause });
  }
  return checked(schema, value, what);
}

/** The checked content of a JSON file, or undefined when there is no such file. */
export async function readCheckedJson<S extends v.GenericSchema>(schema: S, path: string): Promise<v.InferOutput<S> | undefined> {
  let text: string | undefined;
  try {
    text = readSmallFile(path);
  } catch (error) {
    throw diskError(error, path, 'read a file');
  }
  return text === undefined ? undefined : parseChecked(schema, text, path);
}
