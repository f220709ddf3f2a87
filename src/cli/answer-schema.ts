import { isLuciError, LuciError } from '../base/errors.ts';
import type { JsonSchema } from '../engine/engine.ts';
import { readTextFile } from './question-files.ts';

/** The JSON schema of `--schema FILE`. */

/** What the file holds. Throws USAGE for one that is no JSON object, and what reading it throws. */
export async function readSchema(path: string): Promise<JsonSchema> {
  const text = await readTextFile(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LuciError('USAGE', `${path} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonSchema;
  throw new LuciError('USAGE', `${path} is no JSON schema: a schema is an object, as in { "type": "object" }.`);
}

/** A schema that the engine could not mean, by the name of its file. */
export function withSchemaNamed(error: unknown, path: string): unknown {
  if (!isLuciError(error, 'USAGE')) return error;
  return new LuciError('USAGE', `${path}: ${error.message}`, { cause: error });
}
