import type { ToolDefinition } from '../../engine/engine.ts';
import type { Attempt } from './call-form.ts';
import { readCalls } from './read-calls.ts';

/**
 * An answer as it comes, text and calls told apart. Text that may become a call is held back until that is decided; all other text goes
 * on at once. How the text was cut into pieces changes nothing.
 */
export interface HoldBack {
  /** Takes a piece; returns the text that can go on. */
  push(piece: string): string;
  /** The text is over; returns what was held back and is text. */
  finish(): string;
  /** The calls so far. */
  readonly attempts: readonly Attempt[];
}

/** Characters held back at most. A file of a megabyte is written by a call; more is no call that could be carried out. */
const maxHeld = 1_200_000;

/** What a call can begin with; on a line of its own it may also begin with a name. */
const openers = /[{[<`]/;

/** For one turn of a model with these tools. */
export function createHoldBack(tools: readonly ToolDefinition[]): HoldBack {
  const attempts: Attempt[] = [];
  let held = '';
  let isFirst = true;
  let isLineStart = true;
  let readLength = 0;

  /** What of `held` can go on; calls are taken out of it. */
  function advance(isFinal: boolean): string {
    let passed = '';
    let at = 0;
    const pass = (end: number): void => {
      const text = held.slice(at, end);
      // What is said after a call was said before its result was known.
      if (attempts.length === 0) passed += text;
      if (text.trim() !== '') isFirst = false;
      const line = text.slice(text.lastIndexOf('\n') + 1);
      isLineStart = text.includes('\n') ? line.trim() === '' : isLineStart && line.trim() === '';
      at = end;
    };
    while (at < held.length) {
      const start = nextOpener(held, at, isLineStart);
      pass(start);
      if (start >= held.length) break;
      const isTooLong = held.length - start > maxHeld;
      const read = readCalls(held, start, { tools, isFinal: isFinal || isTooLong, isTagged: false, isWrapped: false, isFirst });
      if (read.state === 'undecided') break;
      if (read.state === 'none') {
        pass(start + 1);
        continue;
      }
      attempts.push(...read.attempts);
      at = read.end;
      isLineStart = true;
    }
    held = held.slice(at);
    readLength = held.length;
    return passed;
  }

  return {
    attempts,
    push(piece) {
      held += piece;
      // A long call is read again when it may have ended, not at each letter of it.
      const isWorthReading = held.length < 400 || /[}\])>`\n]/.test(piece) || held.length > readLength * 1.5;
      return isWorthReading ? advance(false) : '';
    },
    finish: () => advance(true),
  };
}

/** Where a call may begin: at a bracket, a tag, a fence, or a name at the beginning of a line. */
function nextOpener(text: string, from: number, isLineStart: boolean): number {
  let isStart = isLineStart;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (openers.test(char) || (isStart && /[A-Za-z_]/.test(char))) return at;
    if (char === '\n') isStart = true;
    else if (!/\s/.test(char)) isStart = false;
  }
  return text.length;
}
