import type { JsonSchema } from '../engine/engine.ts';

/** What is wrong with a value by a JSON schema, in one sentence; undefined where nothing is. The validator is loaded when first needed. */
export async function schemaProblem(schema: JsonSchema, value: unknown): Promise<string | undefined> {
  const { Validator } = await import('@cfworker/json-schema');
  const { valid, errors } = new Validator(schema, '2020-12').validate(value);
  if (valid) return undefined;
  // Errors go from the outside in; the last one names the place itself.
  const { keyword = '', instanceLocation = '#', error = 'it is not of the schema' } = errors.at(-1) ?? {};
  const place = instanceLocation === '#' ? 'it' : `"${instanceLocation.replace('#/', '')}"`;
  const [named = '', ...rest] = [...error.matchAll(/"([^"]*)"/g)].map(([, text]) => text ?? '');
  if (keyword === 'false') return `${place} is not asked for`;
  if (keyword === 'required') return `"${named}" is missing`;
  if (keyword === 'type') return `${place} must be of the type ${rest.join(' or ')}, not ${named}`;
  return `${place}: ${error.replace(/^Instance /, '').replace(/\.$/, '')}`;
}
