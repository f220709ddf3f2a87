import type { ChatMessage, JsonSchema } from '../engine/engine.ts';

/**
 * What a model is told of the form of its answer. A grammar forces the form, but a model that does not know it writes something else into it:
 * "12 + 30" as an integer gave 120, and 42 when it was told.
 */
export function schemaInstructions(schema: JsonSchema): string {
  const { description } = schema;
  const note = typeof description === 'string' ? ` (${description.slice(0, maxDescription)})` : '';
  return `Reply with JSON only, of this form: ${cut(formOf(schema, { whole: schema, depth: 0 }) + note)}`;
}

/** A conversation whose last question says the form of the answer; one that may have any form is left as it is. */
export function withSchemaInstructions(messages: readonly ChatMessage[], schema: JsonSchema): readonly ChatMessage[] {
  const last = messages.findLastIndex(({ role }) => role === 'user');
  const isForm = Object.keys(schema).length > 1;
  return messages.map((message, index) =>
    index === last && isForm ? { role: 'user', content: `${message.content}\n\n${schemaInstructions(schema)}` } : message,
  );
}

/** Characters of it: about 500 tokens. */
const maxLength = 2_000;
const maxDepth = 6;
/** Characters of a description, and values of an enumeration, that are told. */
const maxDescription = 200;
const maxValues = 40;

interface Scope {
  readonly whole: JsonSchema;
  readonly depth: number;
}

/** A schema as one reads a type: `{"town": string, "days"?: integer (how many)}`. */
function formOf(schema: unknown, scope: Scope): string {
  if (typeof schema !== 'object' || schema === null || scope.depth > maxDepth) return 'any value';
  const { $ref: pointer, const: constant, enum: values, oneOf, anyOf, type } = schema as Record<string, unknown>;
  const deeper = { ...scope, depth: scope.depth + 1 };
  if (typeof pointer === 'string') return formOf(referred(pointer, scope.whole), deeper);
  if (constant !== undefined) return JSON.stringify(constant);
  if (Array.isArray(values))
    return values
      .slice(0, maxValues)
      .map((value) => JSON.stringify(value))
      .join(' | ');
  const choices = oneOf ?? anyOf;
  if (Array.isArray(choices)) return choices.map((choice) => formOf(choice, deeper)).join(' | ');
  if (type === 'object') return objectForm(schema as JsonSchema, deeper);
  if (type === 'array') return `[${formOf((schema as JsonSchema)['items'], deeper)}, ...]${limitsOf(schema as JsonSchema)}`;
  return Array.isArray(type) ? type.join(' | ') : typeof type === 'string' ? type + limitsOf(schema as JsonSchema) : 'any value';
}

function objectForm(schema: JsonSchema, scope: Scope): string {
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, unknown>);
  const lines = properties.map(([key, value]) => {
    const described = typeof value === 'object' && value !== null ? (value as JsonSchema)['description'] : undefined;
    const note = typeof described === 'string' ? ` (${described.slice(0, maxDescription)})` : '';
    return `${JSON.stringify(key)}${required.includes(key) ? '' : '?'}: ${formOf(value, scope)}${note}`;
  });
  return `{${lines.join(', ')}}`;
}

/** Limits that the model can keep to: a grammar forces some of them blindly, and the answer is checked by all. */
const limits: Readonly<Record<string, (value: string) => string>> = {
  minimum: (value) => `from ${value}`,
  exclusiveMinimum: (value) => `above ${value}`,
  maximum: (value) => `to ${value}`,
  exclusiveMaximum: (value) => `below ${value}`,
  multipleOf: (value) => `that is a multiple of ${value}`,
  minLength: (value) => `of at least ${value} characters`,
  maxLength: (value) => `of at most ${value} characters`,
  minItems: (value) => `with at least ${value} items`,
  maxItems: (value) => `with at most ${value} items`,
  format: (value) => `as a ${value}`,
  pattern: (value) => `that matches ${value.slice(0, maxDescription)}`,
};

function limitsOf(schema: JsonSchema): string {
  const said = Object.entries(limits).flatMap(([word, told]) => {
    const value = schema[word];
    return typeof value === 'number' || typeof value === 'string' ? [` ${told(String(value))}`] : [];
  });
  return said.join('');
}

function referred(pointer: string, whole: JsonSchema): unknown {
  if (!pointer.startsWith('#')) return undefined;
  let found: unknown = whole;
  for (const step of pointer.slice(1).split('/').filter(Boolean)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[key] : undefined;
  }
  return found;
}

function cut(text: string): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)} …`;
}
