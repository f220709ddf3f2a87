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
import { isRecord } from './call-value.ts';
import { matchAt, type PythonArguments, readPythonArguments, skipBlanks } from './read-value.ts';

/** A call as Python writes it, alone on its line or in a list: `clock(town="Oslo")`. */
export const pythonCall: CallForm = {
  name: 'Python',
  example: 'clock(town="Oslo")',
  read(text, at, scope) {
    const isList = text[at] === '[';
    const attempts: Attempt[] = [];
    for (let next = isList ? skipBlanks(text, at + 1) : at; ; ) {
      const call = oneCall(text, next, scope);
      if (call.state !== 'calls') return call;
      attempts.push(...call.attempts);
      if (!isList) return endsLine(text, call.end, scope) ?? { ...call, attempts };
      next = skipBlanks(text, call.end);
      if (text[next] === ']') return { state: 'calls', attempts, end: next + 1 };
      if (next >= text.length) return scope.isFinal ? { state: 'calls', attempts, end: next } : undecided;
      if (text[next] !== ',') return none;
      next = skipBlanks(text, next + 1);
    }
  },
};

function oneCall(text: string, at: number, scope: CallScope): CallReading {
  // Only code gives the result a name; of a sentence its first word must not be held back.
  const [before = '', isPrinted] = matchAt(scope.isWrapped ? /(?:(print\()|[A-Za-z_]\w*\s*=\s*)?/y : /(print\()?/y, text, at) ?? [];
  const start = at + before.length;
  const [head = '', written = ''] = matchAt(/([A-Za-z_][\w.]*)?\s*/y, text, start) ?? [];
  const open = start + head.length;
  if (open >= text.length) return !scope.isFinal && (before !== '' || mayBeName(written, text, at, scope)) ? undecided : none;
  if (text[open] !== '(' || written === '') return none;
  const name = bareName(written.replace(/\.call$/, ''));
  const tool = offered(scope.tools, name);
  if (!tool && !scope.isTagged) return none;
  const read = readPythonArguments(text, open + 1);
  if (read.state === 'none' || !read.arguments) return none;
  if (read.state === 'cut') {
    if (!scope.isFinal) return undecided;
    const cut = { name, arguments: {}, problem: 'cut' } as const;
    return { state: 'calls', attempts: [read.isClosable ? { name, arguments: objectOf(read.arguments, tool) } : cut], end: text.length };
  }
  const isClosed = isPrinted !== undefined && text[read.end] === ')';
  return { state: 'calls', attempts: [{ name, arguments: objectOf(read.arguments, tool) }], end: read.end + (isClosed ? 1 : 0) };
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
