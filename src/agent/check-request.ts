import { boolean, firstProblem, isRecord, listOf, number, type Rule, run, text, wrongValue } from '../base/value-rules.ts';
import type { RequestDefaults } from './request.ts';
import { schemaFault } from './schema-fault.ts';

/** Whether what a program asks for can be meant, before anything is loaded. Programs in plain JavaScript give any value. */

const samplingRules: Readonly<Record<string, Rule>> = {
  temperature: number(0),
  topK: number(0, Number.MAX_SAFE_INTEGER, true),
  topP: number(0, 1),
  minP: number(0, 1),
  repeatPenalty: (value) => (value === 0 ? 'must be above 0' : number(0)(value)),
  seed: number(0, Number.MAX_SAFE_INTEGER, true),
  ifKnown: boolean,
};

const tool: Rule = (value) => {
  if (!isRecord(value)) return 'must be an object';
  if (typeof value['name'] !== 'string' || !/^[\w.-]{1,64}$/.test(value['name']))
    return 'must have a name of letters, digits, "_", "-" and "."';
  if (typeof value['description'] !== 'string') return `"${value['name']}" must have a description`;
  if (typeof value['run'] !== 'function') return `"${value['name']}" must have a function run`;
  if (value['wantedBy'] !== undefined && !(value['wantedBy'] instanceof RegExp))
    return `"${value['name']}" must have a regular expression as wantedBy`;
  const fault = schemaFault(value['parameters']);
  return fault === undefined ? undefined : `"${value['name']}" must have parameters that are a JSON schema: ${fault}`;
};

const rules: Readonly<Record<keyof RequestDefaults, Rule>> = {
  system: text,
  sampling: (value) => (isRecord(value) ? firstProblem(value, samplingRules) : 'must be an object'),
  maxTokens: number(1, Number.MAX_SAFE_INTEGER, true),
  stop: listOf((value) => (typeof value === 'string' && value !== '' ? undefined : 'is no text'), 'texts that are not empty'),
  repeatable: boolean,
  raw: boolean,
  thinking: (value) => ([true, false, 'low', 'high'].includes(value as never) ? undefined : 'must be true, false, "low" or "high"'),
  thinkingTokens: number(0, Number.MAX_SAFE_INTEGER, true),
  toolChoice: (value) => (['auto', 'required', 'none'].includes(String(value)) ? undefined : 'must be "auto", "required" or "none"'),
  jsonSchema: (value) => {
    const fault = schemaFault(value);
    return fault === undefined ? undefined : `must be a JSON schema: ${fault}`;
  },
  tools: listOf(tool, 'tools'),
  confirm: run,
  maxCalls: number(1, Number.MAX_SAFE_INTEGER, true),
};

/** Throws USAGE where an option cannot be meant. What is undefined is not given. */
export function checkRequest(options: RequestDefaults & { readonly signal?: AbortSignal }): void {
  const given: unknown = options;
  if (!isRecord(given)) throw wrongValue('The options of a question must be an object');
  const problem = firstProblem(given, rules);
  if (problem !== undefined) throw wrongValue(`The option ${problem}`);
  const names = (options.tools ?? []).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrongValue(`Two tools have the name "${twice}"`);
  const { signal } = given;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrongValue('The option signal must be an AbortSignal');
}

/** Throws USAGE for a schema that is none, or none at all. */
export function checkSchema(schema: unknown): void {
  const fault = schemaFault(schema);
  if (fault !== undefined) throw wrongValue(`The schema of the answer is no JSON schema: ${fault}`);
}

/** Throws USAGE for a question that is none. */
export function checkPrompt(prompt: unknown): void {
  if (typeof prompt !== 'string') throw wrongValue(`A question must be a text, not ${prompt === null ? 'null' : typeof prompt}`);
  if (prompt.trim() === '') throw wrongValue('There is no question: the text is empty');
}

/** Throws USAGE for texts of `embed` that are none. */
export function checkTexts(texts: unknown): void {
  const problem = listOf(text, 'texts')(texts);
  if (problem !== undefined) throw wrongValue(`What is embedded ${problem}`);
}
