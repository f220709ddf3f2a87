import { bareName, type CallForm, mayBecome, none, offered, undecided } from './call-form.ts';
import { argumentsOf, isRecord } from './call-value.ts';
import { matchAt, readValue } from './read-value.ts';

/** Two lines: `Action: clock` and `Action Input: {"town": "Oslo"}`. */
export const reactCall: CallForm = {
  name: 'action and input',
  example: 'Action: clock\nAction Input: {"town": "Oslo"}',
  read(text, at, scope) {
    if (!text.startsWith('Action:', at)) return !scope.isFinal && mayBecome('Action:', text, at) ? undecided : none;
    const head = matchAt(/Action:[ \t]*([\w.-]+)[ \t]*\r?\n+Action Input:[ \t]*/y, text, at);
    if (!head) return !scope.isFinal && matchAt(/Action:[^\n]{0,80}(?:\n+[A-Za-z :]{0,14})?$/y, text, at) ? undecided : none;
    const name = bareName(head[1] ?? '');
    if (!offered(scope.tools, name)) return none;
    const start = at + head[0].length;
    const read = readValue(text, start);
    if (read.state === 'cut' && !scope.isFinal) return undecided;
    const args = read.state === 'none' ? undefined : argumentsOf(read.value);
    const isUsable = isRecord(args) && (read.state === 'whole' || (read.state === 'cut' && read.isClosable));
    const end = read.state === 'whole' ? read.end : text.length;
    return { state: 'calls', attempts: [isUsable ? { name, arguments: args } : { name, arguments: {}, problem: 'broken' }], end };
  },
};
