import { isRecord } from '../base/value-rules.ts';
import type { JsonSchema, ToolDefinition } from '../engine/engine.ts';
import { nearestTool } from './nearest-tool.ts';
import { schemaProblem } from './schema-problem.ts';

/** Whether a call can be carried out, and what the model is told where it cannot. */

/** The tool with arguments of its schema, or what is wrong, in one sentence a model can act on. */
export type CheckedCall<T extends ToolDefinition> =
  | { readonly tool: T; readonly arguments: Readonly<Record<string, unknown>> }
  | { readonly problem: string };

/** Checks a name and arguments. Values that only have the wrong form ("4" where a number is due) are taken as meant. */
export async function checkCall<T extends ToolDefinition>(tools: readonly T[], name: string, given: unknown): Promise<CheckedCall<T>> {
  const tool = tools.find((candidate) => candidate.name === name);
  if (!tool) return { problem: unknownTool(name, tools) };
  if (!isRecord(given)) return { problem: `the arguments are wrong: they must be a JSON object. ${expected(tool)}` };
  const args = fitted(given, tool.parameters);
  const wrong = await schemaProblem(tool.parameters, args);
  return wrong === undefined ? { tool, arguments: args } : { problem: `the arguments are wrong: ${wrong}. ${expected(tool)}` };
}

function unknownTool(name: string, tools: readonly ToolDefinition[]): string {
  if (name === '') return `the call cannot be read. Write one as {"name": "<tool>", "arguments": {...}}`;
  const close = nearestTool(name, tools);
  const known = close === undefined ? `The tools are ${tools.map((tool) => tool.name).join(', ')}` : `The nearest is ${close}`;
  const tool = tools.find((candidate) => candidate.name === close);
  return `there is no tool ${name.slice(0, 64)}. ${known}${tool ? `. ${expected(tool)}` : ''}`;
}

/** Arguments as a call has them, in few tokens. */
function expected({ name, parameters }: ToolDefinition): string {
  const properties = isRecord(parameters['properties']) ? parameters['properties'] : {};
  const required = Array.isArray(parameters['required']) ? (parameters['required'] as readonly unknown[]) : [];
  const pairs = Object.entries(properties).map(([key, schema]) => {
    const type = isRecord(schema) ? (schema['enum'] ?? schema['type'] ?? 'value') : 'value';
    return `"${key}"${required.includes(key) ? '' : ' (may be left out)'}: ${Array.isArray(type) ? type.join(' or ') : String(type)}`;
  });
  return `${name} takes {${pairs.join(', ')}}`;
}

/** Values in the type that the schema wants, where they plainly are of it; what may be left out and is null is left out. */
function fitted(given: Readonly<Record<string, unknown>>, parameters: JsonSchema): Record<string, unknown> {
  const properties = isRecord(parameters['properties']) ? parameters['properties'] : {};
  const required = Array.isArray(parameters['required']) ? (parameters['required'] as readonly unknown[]) : [];
  const entries = Object.entries(given).flatMap(([key, value]): [string, unknown][] => {
    const type = isRecord(properties[key]) ? properties[key]['type'] : undefined;
    if (value === null && !required.includes(key) && type !== 'null') return [];
    return [[key, fittedValue(value, type)]];
  });
  return Object.fromEntries(entries);
}

function fittedValue(value: unknown, type: unknown): unknown {
  if (typeof value === 'number' && type === 'string') return String(value);
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if ((type === 'integer' || type === 'number') && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if ((type === 'array' || type === 'object') && /^[[{]/.test(text)) return parsed(text) ?? value;
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
