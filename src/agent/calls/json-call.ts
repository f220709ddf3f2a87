import { type CallForm, type CallReading, type CallScope, none, undecided } from './call-form.ts';
import { attemptsOf, cutCallOf, mayBecomeCall } from './call-value.ts';
import { readValue, skipBlanks } from './read-value.ts';

/** A JSON object with the name of a tool, or a list of such. */
export const jsonCall: CallForm = {
  name: 'JSON',
  example: '{"name": "clock", "arguments": {"town": "Oslo"}}',
  read(text, at, scope) {
    if (text[at] !== '{' && text[at] !== '[') return none;
    // Templates of Qwen's show the form with its brackets doubled, and models write it so.
    const isDoubled = /^\{\s*\{/.test(text.slice(at, at + 8));
    if (isDoubled) return readDoubled(text, at, scope);
    const read = readValue(text, at);
    if (read.state === 'none') return none;
    if (read.state === 'cut' && !scope.isFinal) return mayBecomeCall(read.value, scope) ? undecided : none;
    // Models forget the last bracket more often than anything else.
    const attempts = read.state === 'whole' || read.isClosable ? attemptsOf(read.value, scope) : undefined;
    if (attempts) return { state: 'calls', attempts, end: read.state === 'whole' ? read.end : text.length };
    const cut = read.state === 'cut' ? cutCallOf(read.value, scope) : undefined;
    return cut ? { state: 'calls', attempts: [cut], end: text.length } : none;
  },
};

function readDoubled(text: string, at: number, scope: CallScope): CallReading {
  const inner = jsonCall.read(text, skipBlanks(text, at + 1), scope);
  if (inner.state !== 'calls') return inner;
  const end = skipBlanks(text, inner.end);
  return text[end] === '}' ? { ...inner, end: end + 1 } : inner;
}
