import { isRecord } from '../base/value-rules.ts';

/** Whether a value is a JSON schema that an answer can be held to, so far as it can be said without an answer. */

const types: ReadonlySet<unknown> = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);

/** Keys whose values are schemas by name, one schema, or a list of schemas. */
const byName = ['properties', '$defs', 'definitions', 'patternProperties'];
const single = ['items', 'additionalProperties', 'not', 'contains'];
const lists = ['oneOf', 'anyOf', 'allOf', 'prefixItems'];

const maxDepth = 64;
/** Characters of what is wrong with a pattern, which repeats it. */
const maxMessage = 200;

/** What is wrong with a schema, in one sentence without its end; undefined where nothing is. */
export function schemaFault(schema: unknown): string | undefined {
  return isRecord(schema) ? faultIn(schema, schema, '#', 0) : 'it is no object';
}

function faultIn(schema: unknown, whole: object, place: string, depth: number): string | undefined {
  if (typeof schema === 'boolean') return undefined;
  if (!isRecord(schema)) return `${place} is no schema`;
  if (depth > maxDepth) return `${place} lies too deep`;
  return (
    ownFault(schema, whole, place) ??
    partsOf(schema, place)
      .map(([at, part]) => faultIn(part, whole, at, depth + 1))
      .find(Boolean)
  );
}

function ownFault(schema: Readonly<Record<string, unknown>>, whole: object, place: string): string | undefined {
  return (
    typeFault(schema, place) ??
    listFault(schema, place) ??
    limitsFault(schema, place) ??
    patternFault(schema, place) ??
    pointerFault(schema['$ref'], whole, place)
  );
}

function typeFault({ type }: Readonly<Record<string, unknown>>, place: string): string | undefined {
  const named = type === undefined ? [] : [type].flat();
  const isWrong = named.some((name) => !types.has(name)) || (type !== undefined && named.length === 0);
  return isWrong ? `${place} has the type ${JSON.stringify(type)}, which there is not` : undefined;
}

function listFault(schema: Readonly<Record<string, unknown>>, place: string): string | undefined {
  const { enum: values, required = [] } = schema;
  if (values !== undefined && (!Array.isArray(values) || values.length === 0)) return `enum at ${place} must be a list with values`;
  if (!Array.isArray(required) || required.some((key) => typeof key !== 'string')) return `required at ${place} must be a list of names`;
  const noObject = byName.find((key) => schema[key] !== undefined && !isRecord(schema[key]));
  if (noObject !== undefined) return `${noObject} at ${place} must be an object`;
  const noList = lists.find((key) => schema[key] !== undefined && !Array.isArray(schema[key]));
  return noList === undefined ? undefined : `${noList} at ${place} must be a list`;
}

/** Pairs of words between which nothing may lie. */
const limits = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
] as const;

function limitsFault(schema: Readonly<Record<string, unknown>>, place: string): string | undefined {
  const crossed = limits.find(([least, most]) => Number(schema[least]) > Number(schema[most]));
  return crossed && `${crossed[0]} at ${place} is above ${crossed[1]}: no value is both`;
}

/** Patterns are read as the check of values reads them, with the flag u. */
function patternFault({ pattern, patternProperties = {} }: Readonly<Record<string, unknown>>, place: string): string | undefined {
  const patterns = [...(pattern === undefined ? [] : [pattern]), ...Object.keys(patternProperties as object)];
  const fault = patterns.map(faultOfPattern).find(Boolean);
  return fault === undefined ? undefined : `the pattern at ${place} cannot be read: ${fault}`;
}

function faultOfPattern(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string') return 'it is no text';
  try {
    RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).slice(0, maxMessage);
  }
}

function pointerFault(pointer: unknown, whole: object, place: string): string | undefined {
  if (pointer === undefined) return undefined;
  if (typeof pointer !== 'string' || !pointer.startsWith('#'))
    return `$ref at ${place} points to ${JSON.stringify(pointer)}; only places of the schema itself (#/...) are followed`;
  return targetOf(pointer, whole) === undefined ? `$ref at ${place} points to ${pointer}, where nothing is` : undefined;
}

function partsOf(schema: Readonly<Record<string, unknown>>, place: string): (readonly [string, unknown])[] {
  const named = byName.flatMap((key) =>
    Object.entries((schema[key] as object | undefined) ?? {}).map(([name, part]) => [`${place}/${key}/${name}`, part] as const),
  );
  const alone = single.flatMap((key) =>
    schema[key] === undefined || Array.isArray(schema[key]) ? [] : [[`${place}/${key}`, schema[key]] as const],
  );
  const listed = lists.flatMap((key) =>
    ((schema[key] as unknown[] | undefined) ?? []).map((part, index) => [`${place}/${key}/${index}`, part] as const),
  );
  return [...named, ...alone, ...listed];
}

function targetOf(pointer: string, whole: object): unknown {
  const steps = pointer
    .slice(1)
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let target: unknown = whole;
  for (const step of steps)
    target = isRecord(target) && Object.hasOwn(target, step) ? target[step] : Array.isArray(target) ? target[Number(step)] : undefined;
  return target;
}
