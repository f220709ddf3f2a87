import { type Attempt, bareName, type CallForm, type CallReading, none, undecided } from './call-form.ts';
import { parametersOf } from './markup-call.ts';
import { matchAt, readValue } from './read-value.ts';

/**
 * Within tags: the name, then the arguments alone, with the marks of several families between: `clock[ARGS]{...}`, `clock{...}`,
 * `function<｜tool▁sep｜>clock` and a fence, `functions.clock:0<|tool_call_argument_begin|>{...}`, or pairs of `<arg_key>` and `<arg_value>`.
 */
export const namedCall: CallForm = {
  name: 'name before arguments',
  example: '[TOOL_CALLS]clock[ARGS]{"town": "Oslo"}',
  read(text, at, scope) {
    if (!scope.isTagged) return none;
    const [head, written] = matchAt(head_, text, at) ?? [];
    if (head === undefined || written === undefined) return none;
    return argumentsAt(text, at + head.length, { name: bareName(written.replace(/:\d+$/, '')), isFinal: scope.isFinal });
  },
};

/** What stands behind the name. */
function argumentsAt(text: string, start: number, { name, isFinal }: { readonly name: string; readonly isFinal: boolean }): CallReading {
  if (start >= text.length) return isFinal ? none : undecided;
  if (text.startsWith('<arg_key>', start)) return pairs(text, start, name, isFinal);
  if (text[start] !== '{') return isFinal || !/[[<`\s]/.test(text[start] ?? '') ? none : undecided;
  const read = readValue(text, start);
  if (read.state === 'none') return none;
  if (read.state === 'whole') return { state: 'calls', attempts: [{ name, arguments: read.value }], end: read.end };
  if (!isFinal) return undecided;
  const attempt: Attempt = read.isClosable ? { name, arguments: read.value } : { name, arguments: {}, problem: 'cut' };
  return { state: 'calls', attempts: [attempt], end: text.length };
}

const head_ =
  /(?:function<｜tool▁sep｜>|call:)?\s*([A-Za-z_][\w.-]*(?::\d+)?)\s*(?:\[CALL_ID\]\w+)?\s*(?:\[ARGS\]|<｜tool▁sep｜>|<\|tool_call_argument_begin\|>)?\s*(?:```(?:json)?)?\s*/y;

function pairs(text: string, start: number, name: string, isFinal: boolean): CallReading {
  const close = text.indexOf('</tool_call>', start);
  if (close < 0 && !isFinal) return undecided;
  const end = close < 0 ? text.length : close;
  const asTags = text
    .slice(start, end)
    .replace(/<arg_key>\s*([\w.-]+)\s*<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g, '<parameter=$1>$2</parameter>');
  const given = parametersOf(asTags);
  return { state: 'calls', attempts: [given ? { name, arguments: given } : { name, arguments: {}, problem: 'cut' }], end };
}
