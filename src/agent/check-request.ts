import { boolean, firstProblem, isRecord, listOf, number, type Rule, run, text, wrongValue } from '../base/value-rules.ts';
import type { RequestDefaults } from './request.ts';
import { schemaFault } from './schema-fault.ts';
import { changeKinds } from './tool.ts';

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
  const { kind } = value;
  if (kind !== undefined && kind !== 'read' && !changeKinds.some((known) => known === kind))
    return `"${value['name']}" must have a kind that is read, ${changeKinds.join(', ')}`;
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
  threads: number(1, 1024, true),
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
  guided: boolean,
};

/** Throws USAGE where an option cannot be meant, or there is none of its name. What is undefined is not given. */
export function checkRequest(options: RequestDefaults & { readonly signal?: AbortSignal; readonly words?: string }): void {
  const given: object = options;
  checkObject(given);
  const problem = firstProblem(given as Readonly<Record<string, unknown>>, { ...rules, words: text });
  if (problem !== undefined) throw wrongValue(`The option ${problem}`);
  checkNames(given, options.sampling ?? {});
  const names = (options.tools ?? []).map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrongValue(`Two tools have the name "${twice}"`);
  checkSignal(options.signal);
}

/** Throws USAGE for options that are none at all. */
export function checkObject(options: unknown): void {
  if (!isRecord(options)) throw wrongValue('The options of a question must be an object');
}

/** An option of another name would be passed over, and the question asked without what was meant. */
function checkNames(options: object, sampling: object): void {
  const given = (values: object): string[] => Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const ofSampling = given(sampling).find((name) => !Object.hasOwn(samplingRules, name));
  if (ofSampling !== undefined) throw wrongValue(`There is no option sampling ${ofSampling}`);
  const other = given(options).find((name) => !['signal', 'words'].includes(name) && !Object.hasOwn(rules, name));
  if (other === undefined) return;
  throw wrongValue(
    `A question has no option ${other}${Object.hasOwn(samplingRules, other) ? `; it is given as sampling: { ${other} }` : ''}`,
  );
}

/** Throws USAGE for a signal that is none. */
export function checkSignal(signal: unknown): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw wrongValue('The signal must be an AbortSignal');
}

/** Throws USAGE for turns of a conversation that are none. */
export function checkMessages(messages: unknown): void {
  const problem = listOf(turn, 'turns')(messages);
  if (problem !== undefined) throw wrongValue(`The messages of a conversation ${problem}`);
}

const turn: Rule = (value) => {
  if (!isRecord(value)) return 'must be an object';
  if (!['system', 'user', 'assistant', 'tool'].includes(String(value['role']))) return 'must have the role user, assistant, tool or system';
  return typeof value['content'] === 'string' ? undefined : 'must have a content that is a text';
};

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
