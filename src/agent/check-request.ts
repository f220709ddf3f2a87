import { LuciError } from '../base/errors.ts';
import { isRecord } from './calls/call-value.ts';
import type { RequestDefaults } from './request.ts';
import { schemaFault } from './schema-fault.ts';

/** Whether what a program asks for can be meant, before anything is loaded. Programs in plain JavaScript give any value. */

type Rule = (value: unknown) => string | undefined;

const number =
  (from: number, to = Number.MAX_SAFE_INTEGER, isWhole = false): Rule =>
  (value) =>
    typeof value === 'number' && value >= from && value <= to && (!isWhole || Number.isInteger(value))
      ? undefined
      : `must be a ${isWhole ? 'whole ' : ''}number ${to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`}`;
const boolean: Rule = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const text: Rule = (value) => (typeof value === 'string' ? undefined : 'must be a text');
const run: Rule = (value) => (typeof value === 'function' ? undefined : 'must be a function');
const listOf =
  (rule: Rule, what: string): Rule =>
  (value) => {
    if (!Array.isArray(value)) return `must be a list of ${what}`;
    const wrong = value.findIndex((item) => rule(item) !== undefined);
    return wrong < 0 ? undefined : `must be a list of ${what}; item ${wrong + 1} ${rule(value[wrong]) ?? ''}`;
  };

const samplingRules: Readonly<Record<string, Rule>> = {
  temperature: number(0),
  topK: number(0, Number.MAX_SAFE_INTEGER, true),
  topP: number(0, 1),
  minP: number(0, 1),
  repeatPenalty: number(0),
  seed: number(0, Number.MAX_SAFE_INTEGER, true),
  ifKnown: boolean,
};

const tool: Rule = (value) => {
  if (!isRecord(value)) return 'must be an object';
  if (typeof value['name'] !== 'string' || !/^[\w.-]{1,64}$/.test(value['name']))
    return 'must have a name of letters, digits, "_", "-" and "."';
  if (typeof value['description'] !== 'string') return `"${value['name']}" must have a description`;
  if (typeof value['run'] !== 'function') return `"${value['name']}" must have a function run`;
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

function firstProblem(values: Readonly<Record<string, unknown>>, known: Readonly<Record<string, Rule>>): string | undefined {
  for (const [key, rule] of Object.entries(known)) {
    const problem = values[key] === undefined ? undefined : rule(values[key]);
    if (problem !== undefined) return `${key} ${problem}`;
  }
  return undefined;
}

/** Throws USAGE where an option cannot be meant. What is undefined is not given. */
export function checkRequest(options: RequestDefaults & { readonly signal?: AbortSignal }): void {
  const given: unknown = options;
  if (!isRecord(given)) throw usage('The options of a question must be an object');
  const problem = firstProblem(given, rules);
  if (problem !== undefined) throw usage(`The option ${problem}`);
  const names = (options.tools ?? []).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usage(`Two tools have the name "${twice}"`);
  const { signal } = given;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw usage('The option signal must be an AbortSignal');
}

/** Throws USAGE for a schema that is none, or none at all. */
export function checkSchema(schema: unknown): void {
  const fault = schemaFault(schema);
  if (fault !== undefined) throw usage(`The schema of the answer is no JSON schema: ${fault}`);
}

/** Throws USAGE for a question that is none. */
export function checkPrompt(prompt: unknown): void {
  if (typeof prompt !== 'string') throw usage(`A question must be a text, not ${prompt === null ? 'null' : typeof prompt}`);
  if (prompt.trim() === '') throw usage('There is no question: the text is empty');
}

/** Throws USAGE for texts of `embed` that are none. */
export function checkTexts(texts: unknown): void {
  const problem = listOf(text, 'texts')(texts);
  if (problem !== undefined) throw usage(`What is embedded ${problem}`);
}

function usage(what: string): LuciError {
  return new LuciError('USAGE', `${what}.`, { hint: 'docs/library.md lists the options and their values.' });
}
