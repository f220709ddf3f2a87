import { isRecord } from '../../base/value-rules.ts';
import { type Attempt, bareName, type CallForm, type CallReading, mayBecome, none, offered, undecided } from './call-form.ts';
import { argumentsOf } from './call-value.ts';
import { matchAt, readValue } from './read-value.ts';

/** Two lines: `Action: clock` and `Action Input: {"town": "Oslo"}`. */
export const reactCall: CallForm = {
  name: 'action and input',
  example: 'Action: clock\nAction Input: {"town": "Oslo"}',
  read(text, at, scope) {
    const head = matchAt(/Action:[ \t]*([\w.-]+)[ \t]*\r?\n+Action Input:[ \t]*/y, text, at);
    if (!head) return !scope.isFinal && mayGoOn(text, at) ? undecided : none;
    const name = bareName(head[1] ?? '');
    return offered(scope.tools, name) ? inputAt(text, at + head[0].length, { name, isFinal: scope.isFinal }) : none;
  },
};

function mayGoOn(text: string, at: number): boolean {
  return mayBecome('Action:', text, at) || matchAt(/Action:[^\n]{0,80}(?:\n+[A-Za-z :]{0,14})?$/y, text, at) !== null;
}

function inputAt(text: string, start: number, { name, isFinal }: { readonly name: string; readonly isFinal: boolean }): CallReading {
  const read = readValue(text, start);
  if (read.state === 'cut' && !isFinal) return undecided;
  const args = read.state === 'none' || (read.state === 'cut' && !read.isClosable) ? undefined : argumentsOf(read.value);
  const attempt: Attempt = isRecord(args) ? { name, arguments: args } : { name, arguments: {}, problem: 'broken' };
  return { state: 'calls', attempts: [attempt], end: read.state === 'whole' ? read.end : text.length };
}
