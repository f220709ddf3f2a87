import { type Attempt, type CallReading, type CallScope, mayBecome, none, undecided } from './call-form.ts';
import { type CallWrapper, callForms, callWrappers } from './forms.ts';
import { matchAt, skipBlanks } from './read-value.ts';

/** Whether calls begin at a place of a text. */

/** Wrappers within wrappers: a fence in a tag in a tag. */
const maxWrappers = 3;

/** Reads what begins at `at`, wrappers around it included. */
export function readCalls(text: string, at: number, scope: CallScope, depth = 0): CallReading {
  const wrapper = callWrappers.find(({ open }) => text.startsWith(open, at));
  if (wrapper && depth < maxWrappers) return readWrapped(text, at, { wrapper, scope, depth });
  const mayWrap = !scope.isFinal && callWrappers.some(({ open }) => mayBecome(open, text, at));
  const read = readBare(text, at, scope);
  return read.state === 'none' && mayWrap ? undecided : read;
}

function readBare(text: string, at: number, scope: CallScope): CallReading {
  let isUndecided = false;
  for (const form of callForms) {
    const read = form.read(text, at, scope);
    if (read.state === 'calls') return read;
    if (read.state === 'undecided') isUndecided = true;
  }
  return isUndecided ? undecided : none;
}

interface Wrapped {
  readonly wrapper: CallWrapper;
  readonly scope: CallScope;
  readonly depth: number;
}

function readWrapped(text: string, at: number, { wrapper, scope, depth }: Wrapped): CallReading {
  const within: CallScope = { ...scope, isWrapped: true, isTagged: scope.isTagged || wrapper.isTag };
  const start = skipBlanks(text, at + wrapper.open.length);
  if (start >= text.length && !scope.isFinal) return undecided;
  const attempts: Attempt[] = [];
  for (let next = start; ; ) {
    const read = readCalls(text, next, within, depth + 1);
    if (read.state === 'undecided') return undecided;
    if (read.state === 'none' && attempts.length === 0) return unreadable(text, start, wrapper, scope);
    if (read.state === 'none') return { state: 'calls', attempts, end: next };
    attempts.push(...read.attempts);
    next = skipSeparators(text, read.end);
    const end = endOf(text, next, wrapper);
    if (end !== undefined) return { state: 'calls', attempts, end };
  }
}

function skipSeparators(text: string, at: number): number {
  return at + (matchAt(/[\s,;]*/y, text, at)?.[0].length ?? 0);
}

/** Where the calls end: behind the closing of their wrapper, or with the text. */
function endOf(text: string, at: number, { close }: CallWrapper): number | undefined {
  if (text.startsWith(close, at)) return at + close.length;
  return at >= text.length ? at : undefined;
}

/** What stands in tags of calls and cannot be read goes back to the model; what stands in others is text. */
function unreadable(text: string, start: number, { close, isTag }: CallWrapper, { isFinal }: CallScope): CallReading {
  if (!isTag) return none;
  const end = text.indexOf(close, start);
  if (end < 0 && !isFinal) return undecided;
  return { state: 'calls', attempts: [{ name: '', arguments: {}, problem: 'broken' }], end: end < 0 ? text.length : end + close.length };
}
