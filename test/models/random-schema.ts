import type { JsonSchema } from '../../src/engine/engine.ts';
import { type Random, seededRandom } from '../../src/tiers/random.ts';

/**
 * Schemas drawn by a seed: all that a grammar is made of (see `schema-grammar.ts`), nested, with names that need care. Bounded, so that a
 * model that never ends on its own comes to an end.
 */

const names = [
  'town',
  'unit',
  'a b',
  'say "it"',
  'größe',
  '名前',
  'back\\slash',
  'x/y~z',
  'tool',
  'answer',
  'arguments',
  '$id',
  'line\nend',
  '{',
  'constructor',
];
const words = ['red', 'two words', '', 'a "quoted" one', 'naïve', '日本', '\\', 'null', '{"tool": 1}', 'tab\there'];

/** All of texts that come to an end. */
const patterns = [
  '^[A-Z]{2,3}-\\d{1,4}$',
  '^(yes|no|maybe)$',
  '^[^"\\\\]{1,8}$',
  '^(\\d\\d:){1,3}\\d\\d$',
  '^.{3}\\.?$',
  '^\\S \\S(\\?|!)$',
  '^$|^a{2}$|^b$',
];

/** The schema of an object, as arguments of a tool have it. */
export function randomObjectSchema(seed: string): JsonSchema {
  const random = seededRandom(seed);
  const drawn = objectSchema(random, 0);
  if (random.next() >= 0.3) return drawn;
  const properties = { ...(drawn['properties'] as object), again: { $ref: '#/$defs/shared~1part' } };
  return { ...drawn, properties, $defs: { 'shared/part': anySchema(random, 2) } };
}

/** Any schema. */
export function randomSchema(seed: string): JsonSchema {
  const random = seededRandom(seed);
  return random.next() < 0.5 ? randomObjectSchema(`${seed} object`) : anySchema(random, 0);
}

const maxDepth = 3;

function anySchema(random: Random, depth: number): JsonSchema {
  const simple = [textSchema, numberSchema, choiceSchema, plainSchema];
  const made = random.pick(depth < maxDepth ? [...simple, objectSchema, objectSchema, arraySchema, unionSchema] : simple);
  return made(random, depth);
}

function objectSchema(random: Random, depth: number): JsonSchema {
  const keys = random.some(names, random.int(0, 4));
  const properties = Object.fromEntries(keys.map((key) => [key, anySchema(random, depth + 1)]));
  const required = keys.filter(() => random.next() < 0.6);
  return { type: 'object', properties, ...(random.next() < 0.9 ? { required } : {}), additionalProperties: false };
}

function arraySchema(random: Random, depth: number): JsonSchema {
  const minItems = random.int(0, 2);
  return { type: 'array', items: anySchema(random, depth + 1), minItems, maxItems: minItems + random.int(0, 2) };
}

function unionSchema(random: Random, depth: number): JsonSchema {
  if (random.next() < 0.3) return { type: ['boolean', 'null'] };
  return { anyOf: [anySchema(random, depth + 1), anySchema(random, depth + 1)] };
}

function textSchema(random: Random): JsonSchema {
  const minLength = random.int(0, 3);
  if (random.next() < 0.2) return { type: 'string', pattern: random.pick(patterns) };
  if (random.next() < 0.1) return { type: 'string', format: random.pick(['date', 'time', 'uuid', 'ipv4', 'email']) };
  return { type: 'string', ...(random.next() < 0.4 ? { minLength } : {}), maxLength: minLength + random.int(0, 12) };
}

function numberSchema(random: Random): JsonSchema {
  const type = random.pick(['integer', 'number']);
  const minimum = random.int(-500, 500) / (type === 'integer' ? 1 : random.pick([1, 4, 100]));
  if (random.next() < 0.3) return { type };
  if (random.next() < 0.3)
    return random.pick([
      { type, minimum },
      { type, exclusiveMaximum: minimum },
    ]);
  return { type, minimum, maximum: minimum + random.int(0, 1200) };
}

function choiceSchema(random: Random): JsonSchema {
  if (random.next() < 0.3) return { const: random.pick([...words, 3, -0.5, true, null, ['a', 1], { b: [] }]) };
  return { enum: random.some([...words, 0, 7.25, false, null], random.int(1, 5)) };
}

function plainSchema(random: Random): JsonSchema {
  return { type: random.pick(['boolean', 'null']) };
}
