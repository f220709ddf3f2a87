import { type CallMarks, readCalls, type WrittenCall } from './template/call-format.ts';
import { harmonyThinking, type ThinkingMarks, thinkingMarks } from './template/thinking-marks.ts';

/** The text a model writes, taken apart as it comes: thinking, calls of tools, and the answer. */

/** A piece of it. */
export type AnswerPart = { readonly type: 'text' | 'thinking'; readonly text: string } | { readonly type: 'call'; readonly call: WrittenCall };

/** What an answer may hold. */
export interface AnswerForm {
  /** Marks of the model's own: they count wherever they stand. Others count at the beginning of an answer alone. */
  readonly thinking: readonly ThinkingMarks[];
  /** Marks of calls; none where no tools were offered. */
  readonly calls: readonly CallMarks[];
  readonly isHarmony: boolean;
  /** A grammar forces it: it holds nothing but text. */
  readonly isForced: boolean;
  /** Texts that end the answer. */
  readonly stops: readonly string[];
  /** Thinking that the prompt opened. */
  readonly opened?: ThinkingMarks;
}

/** Takes an answer apart. */
export interface AnswerParts {
  /** The marks of the thinking that goes on. */
  readonly thinking: ThinkingMarks | undefined;
  /** A text that ends the answer was found: nothing more is said. */
  readonly isStopped: boolean;
  push(text: string): AnswerPart[];
  /** What was held back. */
  end(): AnswerPart[];
}

type State =
  | { readonly kind: 'text' }
  | { readonly kind: 'thinking'; readonly marks: ThinkingMarks }
  | { readonly kind: 'call'; readonly marks: CallMarks }
  | { readonly kind: 'header' }
  | { readonly kind: 'recipient'; readonly name: string };

/** What may come next in a state, and what it leads to. */
interface Turn {
  readonly mark: string;
  to(before: string): State | 'stop';
}

const text: State = { kind: 'text' };
const closings = ['<|end|>', '<|return|>', '<|call|>'];

/** For one answer. */
export function createAnswerParts({ thinking, calls, isHarmony, isForced, stops, opened }: AnswerForm): AnswerParts {
  let state: State = opened ? { kind: 'thinking', marks: opened } : text;
  let buffer = '';
  let isStopped = false;
  /** Whether the answer has said anything but blanks. */
  let hasBegun = isForced;
  /** Whether blanks at the beginning of a part are left out: around thinking and calls they are no part of what is said. */
  let trims = opened !== undefined;
  /** Blanks that are said only when something follows. */
  let blanks = '';

  function turnsOf(current: State): readonly Turn[] {
    if (current.kind === 'thinking') {
      const marks = isHarmony && current.marks === harmonyThinking ? [...closings, '<|start|>'] : [current.marks.close];
      return marks.map((mark) => ({ mark, to: () => (mark === '<|start|>' ? { kind: 'header' } : text) }));
    }
    if (current.kind === 'call') return current.marks.close === undefined ? [] : [{ mark: current.marks.close, to: () => text }];
    if (current.kind === 'recipient') return closings.map((mark) => ({ mark, to: () => text }));
    if (current.kind === 'header') return [{ mark: '<|message|>', to: headerState }];
    const known = hasBegun ? thinking : [...thinking, ...thinkingMarks];
    return [
      ...stops.map((mark): Turn => ({ mark, to: () => 'stop' })),
      ...known.map((marks): Turn => ({ mark: marks.open, to: () => ({ kind: 'thinking', marks }) })),
      ...calls.map((marks): Turn => ({ mark: marks.open, to: () => ({ kind: 'call', marks }) })),
      ...(isHarmony ? ['<|start|>', '<|channel|>'].map((mark): Turn => ({ mark, to: () => ({ kind: 'header' }) })) : []),
      ...(isHarmony ? closings.map((mark): Turn => ({ mark, to: () => text })) : []),
    ];
  }

  function said(piece: string): AnswerPart[] {
    const whole = blanks + piece;
    const begun = trims ? whole.trimStart() : whole;
    const kept = begun.trimEnd();
    blanks = begun.slice(kept.length);
    if (kept === '') return [];
    trims = false;
    hasBegun ||= state.kind === 'text';
    return [{ type: state.kind === 'thinking' ? 'thinking' : 'text', text: kept }];
  }

  function finish(before: string, mark: string): AnswerPart[] {
    if (state.kind === 'text' || state.kind === 'thinking') return said(before);
    if (state.kind === 'header') return [];
    if (state.kind === 'recipient') {
      const [call] = readCalls(`{"name": ${JSON.stringify(state.name)}, "arguments": ${before.trim() || '{}'}}`) ?? [];
      return call ? [{ type: 'call', call }] : [{ type: 'text', text: before }];
    }
    const read = readCalls(before);
    return read?.map((call): AnswerPart => ({ type: 'call', call })) ?? [{ type: 'text', text: state.marks.open + before + mark }];
  }

  function restOfBlanks(): AnswerPart[] {
    return blanks !== '' && state.kind === 'text' ? [{ type: 'text', text: blanks }] : [];
  }

  function enter(next: State | 'stop'): void {
    if (next === 'stop') {
      isStopped = true;
      return;
    }
    if (state.kind !== next.kind) {
      blanks = '';
      trims = true;
    }
    state = next;
  }

  return {
    get thinking() {
      return state.kind === 'thinking' ? state.marks : undefined;
    },
    get isStopped() {
      return isStopped;
    },
    push(piece) {
      buffer += piece;
      const parts: AnswerPart[] = [];
      while (!isStopped) {
        const turns = turnsOf(state);
        const found = firstOf(buffer, turns);
        if (!found) {
          const isCollected = state.kind !== 'text' && state.kind !== 'thinking';
          const held = isCollected ? buffer.length : heldLength(buffer, turns);
          parts.push(...(isCollected ? [] : said(buffer.slice(0, buffer.length - held))));
          buffer = buffer.slice(buffer.length - held);
          break;
        }
        const before = buffer.slice(0, found.at);
        buffer = buffer.slice(found.at + found.turn.mark.length);
        const next = found.turn.to(before);
        parts.push(...finish(before, found.turn.mark));
        if (next === 'stop') parts.push(...restOfBlanks());
        enter(next);
      }
      return parts;
    },
    end() {
      if (isStopped) return [];
      const rest = finish(buffer, '');
      buffer = '';
      return [...rest, ...restOfBlanks()];
    },
  };
}

/** What a header of the harmony format leads to: a recipient is a tool, analysis is thinking. */
function headerState(header: string): State {
  const [, name] = /to=functions\.([\w.-]+)/.exec(header) ?? [];
  if (name !== undefined) return { kind: 'recipient', name };
  return header.includes('analysis') ? { kind: 'thinking', marks: harmonyThinking } : text;
}

function firstOf(buffer: string, turns: readonly Turn[]): { readonly at: number; readonly turn: Turn } | undefined {
  let first: { readonly at: number; readonly turn: Turn } | undefined;
  for (const turn of turns) {
    const at = turn.mark === '' ? -1 : buffer.indexOf(turn.mark);
    if (at >= 0 && (first === undefined || at < first.at)) first = { at, turn };
  }
  return first;
}

/** How much of the end may be the beginning of a mark. */
function heldLength(buffer: string, turns: readonly Turn[]): number {
  let held = 0;
  for (const { mark } of turns) {
    for (let length = Math.min(mark.length - 1, buffer.length); length > held; length -= 1) if (mark.startsWith(buffer.slice(-length))) held = length;
  }
  return held;
}
