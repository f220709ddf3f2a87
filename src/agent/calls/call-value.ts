import { isRecord } from '../../base/value-rules.ts';
import type { ToolDefinition } from '../../engine/engine.ts';
import { nearestTool } from '../nearest-tool.ts';
import { type Attempt, bareName, type CallScope, offered } from './call-form.ts';
import { readValue } from './read-value.ts';

/** Values that are calls: which keys name the tool, and which hold its arguments. */

const nameKeys: ReadonlySet<string> = new Set(['name', 'tool', 'function', 'tool_name', 'function_name', 'action', 'recipient_name']);
const argumentKeys: ReadonlySet<string> = new Set([
  'arguments',
  'parameters',
  'input',
  'args',
  'params',
  'kwargs',
  'action_input',
  'tool_input',
  'function_arguments',
]);
const listKeys: ReadonlySet<string> = new Set(['tool_calls', 'function_calls', 'calls']);
/** What may stand beside without a meaning for us. */
const otherKeys: ReadonlySet<string> = new Set(['id', 'type', 'call_id', 'index', 'thought', 'reasoning']);

/** The calls a value is; undefined where it is none. */
export function attemptsOf(value: unknown, scope: CallScope): readonly Attempt[] | undefined {
  if (Array.isArray(value)) {
    const each = value.map((item) => attemptsOf(item, scope));
    return each.length > 0 && each.every((item) => item !== undefined) ? each.flat() : undefined;
  }
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  const [key = '', only] = entries.length === 1 ? (entries[0] ?? []) : [];
  if (listKeys.has(key)) return attemptsOf(only, scope);
  if (offered(scope.tools, key) && isRecord(only)) return [{ name: bareName(key), arguments: only }];
  const { function: inner } = value;
  if (isRecord(inner)) return attemptsOf(inner, scope);
  const attempt = attemptOf(entries, scope);
  return attempt && [attempt];
}

function attemptOf(entries: readonly (readonly [string, unknown])[], scope: CallScope): Attempt | undefined {
  const name = entries.find(([key, value]) => nameKeys.has(key) && typeof value === 'string')?.[1];
  if (typeof name !== 'string') return undefined;
  const rest = entries.filter(([key, value]) => !otherKeys.has(key) && !(nameKeys.has(key) && value === name));
  const [given, ...more] = rest.filter(([key]) => argumentKeys.has(key));
  const tool = offered(scope.tools, name);
  if (given && more.length === 0) {
    const args = argumentsOf(given[1]);
    // Beside arguments that are just those of the tool stand keys of its definition, or a result that was made up.
    const isSurely = tool !== undefined && isRecord(args) && areArgumentsOf(tool, args);
    const isMeant = rest.length === 1 && (tool !== undefined || (isRecord(args) && isMeantAsTool(name, scope)));
    if (isSurely || isMeant) return { name: bareName(name), arguments: args };
  }
  // The arguments beside the name: only where they are just those of the tool.
  return tool && areArgumentsOf(tool, Object.fromEntries(rest)) ? { name: tool.name, arguments: Object.fromEntries(rest) } : undefined;
}

/** A name that no tool has is meant as one within tags, at the beginning of an answer, and where it is close to one. */
function isMeantAsTool(name: string, { tools, isTagged, isFirst }: CallScope): boolean {
  return /^[\w.:-]{1,64}$/.test(name) && (isTagged || isFirst || nearestTool(name, tools) !== undefined);
}

/** Arguments that were written as a text of JSON are those; none are an empty object. */
export function argumentsOf(value: unknown): unknown {
  if (value === null || value === undefined || value === '') return {};
  if (typeof value !== 'string') return value;
  const read = readValue(value.trim(), 0);
  return read.state === 'whole' && isRecord(read.value) ? read.value : value;
}

function areArgumentsOf({ parameters }: ToolDefinition, given: Readonly<Record<string, unknown>>): boolean {
  const known = isRecord(parameters['properties']) ? parameters['properties'] : {};
  const required = Array.isArray(parameters['required']) ? (parameters['required'] as readonly unknown[]) : [];
  return Object.keys(given).every((key) => Object.hasOwn(known, key)) && required.every((key) => Object.hasOwn(given, String(key)));
}

/** Whether a value of which a part is there may become a call: by the keys it has, and the name where it is there. */
export function mayBecomeCall(value: unknown, scope: CallScope): boolean {
  if (Array.isArray(value)) return value.every((item) => mayBecomeCall(item, scope));
  if (!isRecord(value)) return value === undefined;
  const keys = Object.keys(value);
  const hasOfferedName = keys.some((key) => nameKeys.has(key) && typeof value[key] === 'string' && offered(scope.tools, value[key]));
  return (
    hasOfferedName ||
    keys.every(
      (key) =>
        nameKeys.has(key) || argumentKeys.has(key) || listKeys.has(key) || otherKeys.has(key) || offered(scope.tools, key) !== undefined,
    )
  );
}

/** The offered tool that a value which was cut surely calls: named, with arguments begun. */
export function cutCallOf(value: unknown, { tools }: CallScope): Attempt | undefined {
  const last = Array.isArray(value) ? value.at(-1) : value;
  if (!isRecord(last)) return undefined;
  const inner = isRecord(last['function']) ? last['function'] : last;
  const name = Object.entries(inner).find(([key, item]) => nameKeys.has(key) && typeof item === 'string' && offered(tools, item))?.[1];
  const hasArguments = Object.keys(inner).some((key) => argumentKeys.has(key));
  return typeof name === 'string' && hasArguments ? { name: bareName(name), arguments: {}, problem: 'cut' } : undefined;
}
