import { isRecord } from '../../base/value-rules.ts';
import type { ToolDefinition } from '../../engine/engine.ts';
import {
  type Attempt,
  bareName,
  type CallForm,
  type CallReading,
  type CallScope,
  mayBecome,
  none,
  offered,
  undecided,
} from './call-form.ts';
import { matchAt, type PythonArguments, readPythonArguments, skipBlanks } from './read-value.ts';

/** A call as Python writes it, alone on its line or in a list: `clock(town="Oslo")`. */
export const pythonCall: CallForm = {
  name: 'Python',
  example: 'clock(town="Oslo")',
  read: (text, at, scope) => (text[at] === '[' ? readList(text, at, scope) : readLine(text, at, scope)),
};

function readLine(text: string, at: number, scope: CallScope): CallReading {
  const call = oneCall(text, at, scope);
  return call.state === 'calls' ? (endsLine(text, call.end, scope) ?? call) : call;
}

function readList(text: string, at: number, scope: CallScope): CallReading {
  const attempts: Attempt[] = [];
  for (let next = skipBlanks(text, at + 1); ; ) {
    const call = oneCall(text, next, scope);
    if (call.state !== 'calls') return call;
    attempts.push(...call.attempts);
    next = skipBlanks(text, call.end);
    if (text[next] === ']') return { state: 'calls', attempts, end: next + 1 };
    if (next >= text.length) return scope.isFinal ? { state: 'calls', attempts, end: next } : undecided;
    if (text[next] !== ',') return none;
    next = skipBlanks(text, next + 1);
  }
}

function oneCall(text: string, at: number, scope: CallScope): CallReading {
  // Only code gives the result a name; of a sentence its first word must not be held back.
  const [before = '', isPrinted] = matchAt(scope.isWrapped ? /(?:(print\()|[A-Za-z_]\w*\s*=\s*)?/y : /(print\()?/y, text, at) ?? [];
  const start = at + before.length;
  const [head = '', written = ''] = matchAt(/([A-Za-z_][\w.]*)?\s*/y, text, start) ?? [];
  const open = start + head.length;
  const mayGoOn = !scope.isFinal && (before !== '' || mayBeName(written, text, at, scope));
  if (open >= text.length) return mayGoOn ? undecided : none;
  const name = bareName(written.replace(/\.call$/, ''));
  const isTool = offered(scope.tools, name) !== undefined || (scope.isTagged && name !== '');
  if (text[open] !== '(' || !isTool) return none;
  const read = bracketsAt(text, open + 1, name, scope);
  const isClosed = isPrinted !== undefined && read.state === 'calls' && text[read.end] === ')';
  return isClosed ? { ...read, end: read.end + 1 } : read;
}

/** The arguments from behind the opening bracket on. */
function bracketsAt(text: string, start: number, name: string, { tools, isFinal }: CallScope): CallReading {
  const read = readPythonArguments(text, start);
  if (read.state === 'none' || !read.arguments) return none;
  if (read.state === 'cut' && !isFinal) return undecided;
  const isUsable = read.state === 'whole' || read.isClosable;
  const attempt: Attempt = isUsable
    ? { name, arguments: objectOf(read.arguments, offered(tools, name)) }
    : { name, arguments: {}, problem: 'cut' };
  return { state: 'calls', attempts: [attempt], end: read.state === 'whole' ? read.end : text.length };
}

function mayBeName(written: string, text: string, at: number, { tools, isWrapped }: CallScope): boolean {
  if (isWrapped || mayBecome('print(', text, at)) return true;
  return written !== '' && tools.some(({ name }) => name.startsWith(bareName(written).replace(/\.(c|ca|cal|call)?$/, '')));
}

/** Outside of tags a call is the whole line: words after it make it a part of a sentence. */
function endsLine(text: string, end: number, { isTagged, isFinal }: CallScope): CallReading | undefined {
  if (isTagged) return undefined;
  const [blanks = ''] = matchAt(/[ \t;]*/y, text, end) ?? [];
  const next = text[end + blanks.length];
  if (next === undefined) return isFinal ? undefined : undecided;
  return /[\n\r`<#]/.test(next) ? undefined : none;
}

/** Arguments by name; those without one in the order of the schema. One object alone is all of them. */
function objectOf({ positional, named }: PythonArguments, tool: ToolDefinition | undefined): Record<string, unknown> {
  const [only] = positional;
  if (positional.length === 1 && isRecord(only) && Object.keys(named).length === 0) return only;
  const keys = Object.keys((tool?.parameters['properties'] as object | undefined) ?? {});
  const byPlace = positional.map((value, index) => [keys[index] ?? `argument ${index + 1}`, value] as const);
  return { ...Object.fromEntries(byPlace), ...named };
}
