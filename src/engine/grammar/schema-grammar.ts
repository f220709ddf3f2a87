import type { JsonSchema } from '../engine.ts';
import { quoted } from './character-set.ts';
import { formatPatterns } from './format-patterns.ts';
import { integerRange, numberRange } from './number-range.ts';
import { type Lengths, maxRepetitions, patternGrammar } from './pattern-grammar.ts';

/**
 * A JSON schema as a grammar in GBNF. Objects, arrays, strings by length, pattern and format, numbers by their limits, constants,
 * enumerations, alternatives, and what `$ref` names within the schema; whatever it says beyond that is left to the check of the answer.
 * There is no room for line breaks and indents: small models fill it with tokens that say nothing.
 * Format: llama.cpp, grammars/README.md.
 */
export function grammarOf(schema: JsonSchema): string {
  const rules = new Map<string, string>(basics);
  const root = expression(schema, { rules, whole: schema, references: new Map() });
  return [`root ::= ${root}`, ...[...rules].map(([name, body]) => `${name} ::= ${body}`)].join('\n');
}

/** What a grammar is made with. */
interface Scope {
  readonly rules: Map<string, string>;
  /** Where `$ref` points into. */
  readonly whole: JsonSchema;
  /** Names of the rules of what was pointed at. */
  readonly references: Map<string, string>;
}

const basics: readonly (readonly [string, string])[] = [
  ['ws', '" "?'],
  ['char', '[^"\\\\\\x7F\\x00-\\x1F] | "\\\\" (["\\\\bfnrt/] | "u" [0-9a-fA-F]{4})'],
  ['string', '"\\"" char* "\\""'],
  ['integer', '"-"? ("0" | [1-9] [0-9]{0,15})'],
  ['number', 'integer ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,3})?'],
  ['boolean', '"true" | "false"'],
  ['value', 'object | array | string | number | boolean | "null"'],
  ['object', '"{" ws (string ":" ws value ("," ws string ":" ws value)*)? "}"'],
  ['array', '"[" ws (value ("," ws value)*)? "]"'],
];

function expression(schema: unknown, scope: Scope): string {
  if (typeof schema !== 'object' || schema === null) return 'value';
  const { $ref: pointer, type, const: constant, enum: values, oneOf, anyOf, ...rest } = schema as Record<string, unknown>;
  if (typeof pointer === 'string') return referred(pointer, scope);
  if (constant !== undefined) return quoted(JSON.stringify(constant));
  if (Array.isArray(values)) return group(values.map((value) => quoted(JSON.stringify(value))));
  const choices = oneOf ?? anyOf;
  if (Array.isArray(choices)) return group(choices.map((choice) => named(choice, scope)));
  if (Array.isArray(type)) return group(type.map((one) => named({ ...rest, type: one }, scope)));
  return ofType(type, rest, scope);
}

/** A schema that says nothing but its type and what belongs to it. */
function ofType(type: unknown, rest: Record<string, unknown>, scope: Scope): string {
  if (type === 'string') return text(rest);
  if (type === 'integer') return integerRange(rest) ?? 'integer';
  if (type === 'number') return numberRange(rest) ?? 'number';
  if (type === 'object' && rest['properties'] !== undefined) return object(rest, scope);
  if (type === 'object' && typeof rest['additionalProperties'] === 'object') return record(rest['additionalProperties'], scope);
  if (type === 'array' && rest['items'] !== undefined) return array(rest, scope);
  if (type === 'null') return '"null"';
  return typeof type === 'string' && basics.some(([name]) => name === type) ? type : 'value';
}

/** A rule of its own keeps alternatives and repetitions apart. */
function named(schema: unknown, scope: Scope, onName: (name: string) => void = () => undefined): string {
  const name = `r${scope.rules.size}`;
  onName(name);
  scope.rules.set(name, '');
  scope.rules.set(name, expression(schema, scope));
  return name;
}

/** What a pointer into the schema names, as a rule that may name itself. */
function referred(pointer: string, scope: Scope): string {
  const known = scope.references.get(pointer);
  if (known !== undefined) return known;
  const steps = pointer.split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let target: unknown = steps.shift() === '#' ? scope.whole : undefined;
  for (const step of steps) target = typeof target === 'object' && target !== null ? (target as Record<string, unknown>)[step] : undefined;
  if (target === undefined) return 'value';
  return named(target, scope, (name) => scope.references.set(pointer, name));
}

/** Any names, and values that are all alike. */
function record(schema: unknown, scope: Scope): string {
  const pair = `string ":" ws ${named(schema, scope)}`;
  return `"{" ws (${pair} ("," ws ${pair})*)? ws "}"`;
}

function object({ properties, required }: Record<string, unknown>, scope: Scope): string {
  const pairs = Object.entries(properties as Record<string, unknown>).map(([key, value]) => ({
    isRequired: Array.isArray(required) && required.includes(key),
    rule: `${quoted(`${JSON.stringify(key)}:`)} ws ${named(value, scope)}`,
  }));
  const needed = pairs.filter(({ isRequired }) => isRequired).map(({ rule }) => rule);
  const free = pairs.filter(({ isRequired }) => !isRequired).map(({ rule }) => rule);
  const more = (rest: readonly string[]): string => rest.map((rule) => ` ("," ws ${rule})?`).join('');
  const inner =
    needed.length > 0
      ? `${needed.join(' "," ws ')}${more(free)}`
      : free.length > 0
        ? `(${free.map((rule, at) => `${rule}${more(free.slice(at + 1))}`).join(' | ')})?`
        : '';
  return `"{" ws ${inner} ws "}"`;
}

function array({ items, minItems, maxItems }: Record<string, unknown>, scope: Scope): string {
  const item = named(items, scope);
  const { min, max } = lengths(minItems, maxItems);
  if (max === 0) return '"[" ws "]"';
  const rest = `("," ws ${item}){${Math.max(0, min - 1)},${max === undefined ? '' : max - 1}}`;
  return min > 0 ? `"[" ws ${item} ${rest} ws "]"` : `"[" ws (${item} ${rest})? ws "]"`;
}

function text({ minLength, maxLength, pattern, format }: Record<string, unknown>): string {
  const between = lengths(minLength, maxLength);
  const wanted = pattern ?? (typeof format === 'string' ? formatPatterns.get(format) : undefined);
  const inside = typeof wanted === 'string' ? patternGrammar(wanted, between) : undefined;
  if (inside !== undefined) return `"\\"" ${inside} "\\""`;
  if (between.min === 0 && between.max === undefined) return 'string';
  return `"\\"" char{${between.min},${between.max ?? ''}} "\\""`;
}

/** How many there may be. The engine writes repetitions out: with very many it would be busy for minutes, and where none fits it ends. */
function lengths(least: unknown, most: unknown): Lengths {
  const [min = 0, max] = [count(least), count(most)];
  if (min > maxRepetitions || (max !== undefined && min > max)) return { min: 0 };
  return { min, max: max !== undefined && max > maxRepetitions ? undefined : max };
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function group(choices: readonly string[]): string {
  return `(${choices.join(' | ')})`;
}
