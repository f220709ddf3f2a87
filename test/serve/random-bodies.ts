import type { Random } from '../../src/tiers/random.ts';

/** Values made at random of a JSON Schema, some of them wrong in one place. */

/** The words of JSON Schema that /openapi.json uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly minLength?: number;
  readonly pattern?: string;
}

/** Words that something may happen at. */
const texts = ['tiny', '', 'a', 'user', '{"a":1}', '{', '../../x', 'é😀', '\u0000', '<b>', 'text', 'constructor', 'x'.repeat(300)];
const numbers = [0, 1, -1, 0.5, 7, 1e9, 2 ** 53, -1e300];

/** A value that the schema allows; `name`: of the field it is for. */
export function randomValue(schema: Schema, random: Random, name = ''): unknown {
  if ('const' in schema) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return randomValue(random.pick(choices), random, name);
  switch (schema.type) {
    case 'object':
      return objectOf(schema, random);
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + random.int(0, 2) }, () => randomValue(schema.items ?? {}, random, name));
    case 'string':
      return textOf(schema, random, name);
    case 'integer':
    case 'number':
      return numberOf(schema, random);
    case 'boolean':
      return random.int(0, 1) === 1;
    case 'null':
      return null;
    default:
      return anyValue(random);
  }
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema, random: Random): unknown {
  // Most fields are left out most of the time: else nearly every body has one that is refused.
  const own = Object.entries(properties).filter(([name]) => required.includes(name) || random.int(0, 3) === 0);
  const more =
    typeof additionalProperties === 'object' && random.int(0, 1) === 1 ? [[random.pick(texts), additionalProperties] as const] : [];
  return Object.fromEntries([...own, ...more].map(([name, schema]) => [name, randomValue(schema, random, name)]));
}

function textOf({ pattern, minLength = 0 }: Schema, random: Random, name: string): string {
  if (name === 'model') return random.pick(['tiny', 'tiny', 'tiny', 'none', 'a/b']);
  const allowed = [...texts, 'ab.c-1'].filter((text) => text.length >= minLength && (!pattern || new RegExp(pattern, 'u').test(text)));
  return random.pick(allowed);
}

function numberOf({ minimum, maximum, type }: Schema, random: Random): number {
  const allowed = [...numbers, minimum ?? 0, maximum ?? 0].filter(
    (value) => value >= (minimum ?? value) && value <= (maximum ?? value) && (type === 'number' || Number.isSafeInteger(value)),
  );
  return random.pick(allowed);
}

function anyValue(random: Random): unknown {
  return random.pick([null, true, 0, '', 'text', [], {}, [null], { a: { b: [] } }] as const);
}

/** The value with one thing in it wrong: of another type, or gone. */
export function spoilt(value: unknown, random: Random): unknown {
  if (Array.isArray(value) && value.length > 0 && random.int(0, 3) > 0) return value.with(0, spoilt(value[0], random));
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0 || random.int(0, 5) === 0) return anyValue(random);
  const name = random.pick(Object.keys(value));
  const { [name]: part, ...rest } = value as Record<string, unknown>;
  return random.int(0, 3) === 0 ? rest : { ...rest, [name]: spoilt(part, random) };
}
