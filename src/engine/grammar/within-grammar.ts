import type { JsonSchema } from '../engine.ts';
import { maxRepetitions, patternGrammar } from './pattern-grammar.ts';
import { readPattern } from './read-pattern.ts';

/** Keys of a schema whose own keys are names, and those whose values are data, whatever they look like. */
const namesIn = ['properties', 'patternProperties', '$defs', 'definitions'];
const dataIn = ['const', 'enum', 'default', 'examples'];
const counts = ['minLength', 'maxLength', 'minItems', 'maxItems'];

/**
 * A schema for servers that make a grammar of it themselves: without the limits that are left to the check of the answer. A server would refuse
 * the request for them, or be busy with them for minutes.
 */
export function withinGrammar(schema: JsonSchema): JsonSchema {
  return partOf(schema, false) as JsonSchema;
}

function partOf(part: unknown, isNames: boolean): unknown {
  if (Array.isArray(part)) return part.map((item) => partOf(item, false));
  if (typeof part !== 'object' || part === null) return part;
  const kept = Object.entries(part).filter(([key, value]) => isNames || canBeSaid(key, value));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, dataIn.includes(key) && !isNames ? value : partOf(value, !isNames && namesIn.includes(key))]),
  );
}

function canBeSaid(key: string, value: unknown): boolean {
  if (counts.includes(key)) return Number(value) <= maxRepetitions;
  if (key !== 'pattern' || typeof value !== 'string') return true;
  const [only, ...others] = readPattern(value) ?? [];
  // Servers before 2026 take patterns of the whole text alone.
  return others.length === 0 && only?.isBegun === true && only.isEnded && patternGrammar(value, { min: 0 }) !== undefined;
}
