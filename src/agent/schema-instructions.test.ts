import { expect, test } from 'vitest';
import { schemaInstructions } from './schema-instructions.ts';

test.each([
  [{ type: 'integer' }, 'integer'],
  [{ type: 'integer', minimum: 1, maximum: 9, description: 'a digit' }, 'integer from 1 to 9 (a digit)'],
  [{ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, 'number above 0 below 1'],
  [{ type: 'integer', multipleOf: 5 }, 'integer that is a multiple of 5'],
  [{ type: 'string', pattern: '^[A-Z]{3}$', minLength: 3 }, 'string of at least 3 characters that matches ^[A-Z]{3}$'],
  [
    { type: 'array', items: { type: 'integer', maximum: 9 }, minItems: 2, maxItems: 4 },
    '[integer to 9, ...] with at least 2 items with at most 4 items',
  ],
  [{ enum: ['pear', 3, null] }, '"pear" | 3 | null'],
  [{ type: 'array', items: { type: ['string', 'null'] } }, '[string | null, ...]'],
  [
    {
      type: 'object',
      properties: { town: { type: 'string', description: 'Name of the town' }, days: { $ref: '#/$defs/days' } },
      required: ['town'],
      $defs: { days: { type: 'integer' } },
    },
    '{"town": string (Name of the town), "days"?: integer}',
  ],
  [{ anyOf: [{ const: 'a' }, { type: 'object', properties: {} }] }, '"a" | {}'],
  [{}, 'any value'],
])('a schema is told as one reads a type: %j', (schema, form) => {
  expect(schemaInstructions(schema)).toBe(`Reply with JSON only, of this form: ${form}`);
});

test('a schema that refers to itself, or is very long, stays short', () => {
  const loop = { $ref: '#/$defs/node', $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } } };
  expect(schemaInstructions(loop).length).toBeLessThan(200);
  const properties = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key${index}`, { type: 'string' }]));
  expect(schemaInstructions({ type: 'object', properties }).length).toBeLessThan(2100);
});
