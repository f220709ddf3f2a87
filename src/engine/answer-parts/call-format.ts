/** How models write calls of tools, by the marks around them. */

/** A call as it was read. */
export interface WrittenCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Marks around calls. Without `close` they last to the end of the answer. */
export interface CallMarks {
  readonly open: string;
  readonly close?: string;
}

const formats: readonly CallMarks[] = [{ open: '<tool_call>', close: '</tool_call>' }, { open: '[TOOL_CALLS]' }];

/** The marks a template writes around calls, where they are known. */
export function callMarksOf(source: string): readonly CallMarks[] {
  return formats.filter(({ open }) => source.includes(open));
}

/** The calls between two marks: JSON, or tags for the function and each parameter. Undefined where there is none to be read. */
export function readCalls(body: string): readonly WrittenCall[] | undefined {
  const tagged = readTagged(body);
  if (tagged) return [tagged];
  try {
    const value: unknown = JSON.parse(body.trim());
    const calls = (Array.isArray(value) ? value : [value]).map(callOf);
    return calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
  } catch {
    return undefined;
  }
}

function callOf(value: unknown): WrittenCall | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, arguments: args, parameters = {} } = value as Record<string, unknown>;
  const given = typeof args === 'string' ? parsed(args) : (args ?? parameters);
  if (typeof name !== 'string' || typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  return { name, arguments: given as Record<string, unknown> };
}

/** `<function=name><parameter=key>value</parameter></function>` */
function readTagged(body: string): WrittenCall | undefined {
  const [, name, inside = ''] = /^\s*<function=([^>\s]+)>([\s\S]*?)(?:<\/function>)?\s*$/.exec(body) ?? [];
  if (name === undefined) return undefined;
  const pairs = [...inside.matchAll(/<parameter=([^>\s]+)>\n?([\s\S]*?)\n?<\/parameter>/g)];
  return { name, arguments: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, parameterValue(text)])) };
}

/** Values stand there without quotes: what is JSON and no plain word is taken as JSON. */
function parameterValue(text: string): unknown {
  return /^(-?\d|[[{]|true$|false$|null$)/.test(text.trim()) ? (parsed(text) ?? text) : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
