import { type Attempt, bareName, type CallForm, none, undecided } from './call-form.ts';
import { isRecord } from './call-value.ts';
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
    const name = bareName(written.replace(/:\d+$/, ''));
    const start = at + head.length;
    if (start >= text.length) return scope.isFinal ? none : undecided;
    if (text.startsWith('<arg_key>', start)) return pairs(text, start, name, scope.isFinal);
    if (text[start] !== '{') return scope.isFinal || !/[[<`\s]/.test(text[start] ?? '') ? none : undecided;
    const read = readValue(text, start);
    if (read.state === 'none') return none;
    if (read.state === 'cut' && !scope.isFinal) return undecided;
    const isUsable = isRecord(read.value) && (read.state === 'whole' || read.isClosable);
    const attempt: Attempt = isUsable ? { name, arguments: read.value } : { name, arguments: {}, problem: 'cut' };
    return { state: 'calls', attempts: [attempt], end: read.state === 'whole' ? read.end : text.length };
  },
};

const head_ =
  /(?:function<｜tool▁sep｜>|call:)?\s*([A-Za-z_][\w.-]*(?::\d+)?)\s*(?:\[CALL_ID\]\w+)?\s*(?:\[ARGS\]|<｜tool▁sep｜>|<\|tool_call_argument_begin\|>)?\s*(?:```(?:json)?)?\s*/y;

function pairs(text: string, start: number, name: string, isFinal: boolean): ReturnType<CallForm['read']> {
  const close = text.indexOf('</tool_call>', start);
  if (close < 0 && !isFinal) return undecided;
  const end = close < 0 ? text.length : close;
  const asTags = text
    .slice(start, end)
    .replace(/<arg_key>\s*([\w.-]+)\s*<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g, '<parameter=$1>$2</parameter>');
  const given = parametersOf(asTags);
  return { state: 'calls', attempts: [given ? { name, arguments: given } : { name, arguments: {}, problem: 'cut' }], end };
}
