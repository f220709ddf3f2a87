import { type CallForm, none, undecided } from './call-form.ts';
import { attemptsOf, cutCallOf, mayBecomeCall } from './call-value.ts';
import { readValue } from './read-value.ts';

/** A JSON object with the name of a tool, or a list of such. */
export const jsonCall: CallForm = {
  name: 'JSON',
  example: '{"name": "clock", "arguments": {"town": "Oslo"}}',
  read(text, at, scope) {
    if (text[at] !== '{' && text[at] !== '[') return none;
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
