import { type CallMarks, readCalls, type WrittenCall } from './call-format.ts';
import { harmonyOpenings, harmonyThinking, solutionMarks, type ThinkingMarks, thinkingMarks } from './thinking-marks.ts';

/** The text a model writes, taken apart as it comes: thinking, calls of tools, and the answer. */

/** A piece of it. */
export type AnswerPart =
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'call'; readonly call: WrittenCall };

/** What an answer may hold. */
export interface AnswerForm {
  /** Marks of the model's own: they count wherever they stand. Others count at the beginning of an answer alone. */
  readonly thinking: readonly ThinkingMarks[];
  /** Marks of calls; none where no tools were offered. */
  readonly calls: readonly CallMarks[];
  /** Whether it comes in channels of the harmony format; one that begins as such an answer does so in any case. */
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
  /** Until `close`, the mark at the end of the answer, where it has such marks. */
  | { readonly kind: 'text'; readonly close?: string }
  | { readonly kind: 'thinking'; readonly marks: ThinkingMarks }
  | { readonly kind: 'call'; readonly marks: CallMarks }
  | { readonly kind: 'header' }
  | { readonly kind: 'recipient'; readonly name: string };

/** What may come next in a state, and what it leads to. */
interface Turn {
  readonly mark: string;
  /** Counts only where nothing was said before. */
  readonly isFirst?: boolean;
  /** The answer is of the harmony format. */
  readonly isHarmony?: boolean;
  to(before: string): State | 'stop';
}

const text: State = { kind: 'text' };
const closings = ['<|end|>', '<|return|>', '<|call|>'];

/** For one answer. */
export function createAnswerParts(form: AnswerForm): AnswerParts {
  const { isForced, opened } = form;
  let state: State = opened ? { kind: 'thinking', marks: opened } : text;
  let buffer = '';
  let isStopped = false;
  let { isHarmony } = form;
  /** Whether the answer has said anything but blanks. */
  let hasBegun = isForced;
  /** Whether blanks at the beginning of a part are left out: around thinking and calls they are no part of what is said. */
  let trims = opened !== undefined;
  /** Blanks that are said only when something follows. */
  let blanks = '';

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
    if (state.kind !== next.kind || closeOf(state) !== closeOf(next)) {
      blanks = '';
      trims = true;
    }
    state = next;
  }

  /** Up to a mark, and what it leads to. */
  function take({ at, turn }: Found): AnswerPart[] {
    const before = buffer.slice(0, at);
    buffer = buffer.slice(at + turn.mark.length);
    isHarmony ||= turn.isHarmony === true;
    const next = turn.to(before);
    const parts = finish(before, turn.mark);
    if (next === 'stop' || (next.kind === 'thinking' && hasBegun)) parts.push(...restOfBlanks());
    enter(next);
    return parts;
  }

  /** What can be no beginning of a mark. */
  function release(turns: readonly Turn[]): AnswerPart[] {
    if (state.kind !== 'text' && state.kind !== 'thinking') return [];
    const end = buffer.length - heldLength(buffer, turns);
    const parts = said(buffer.slice(0, end));
    buffer = buffer.slice(end);
    return parts;
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
        const turns = turnsOf(state, { ...form, isHarmony }, hasBegun);
        const found = firstOf(buffer, turns);
        parts.push(...(found ? take(found) : release(turns)));
        if (!found) break;
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

/** Where a state may go on. */
function turnsOf(state: State, form: AnswerForm, hasBegun: boolean): readonly Turn[] {
  if (state.kind === 'text') return [...backToText(closeOf(state) ?? []), ...textTurns(form, hasBegun)];
  if (state.kind === 'header') return [{ mark: '<|message|>', to: headerState }];
  if (state.kind === 'recipient') return backToText(closings);
  if (state.kind === 'call') return backToText(state.marks.close === undefined ? [] : [state.marks.close]);
  if (state.marks !== harmonyThinking) return backToText([state.marks.close]);
  return [...backToText(closings), { mark: '<|start|>', to: () => ({ kind: 'header' }) }];
}

/** The mark at the end of the answer. */
function closeOf(state: State): string | undefined {
  return state.kind === 'text' ? state.close : undefined;
}

function backToText(marks: string | readonly string[]): Turn[] {
  return [marks].flat().map((mark) => ({ mark, to: () => text }));
}

function textTurns({ thinking, calls, isHarmony, stops }: AnswerForm, hasBegun: boolean): readonly Turn[] {
  const others = hasBegun ? [] : thinkingMarks;
  const opens = (marks: ThinkingMarks, isFirst: boolean): Turn => ({ mark: marks.open, isFirst, to: () => ({ kind: 'thinking', marks }) });
  const headers = isHarmony ? ['<|start|>', '<|channel|>'] : [];
  return [
    ...stops.map((mark): Turn => ({ mark, to: () => 'stop' })),
    ...thinking.map((marks) => opens(marks, false)),
    ...others.map((marks) => opens(marks, true)),
    ...(hasBegun ? [] : firstTurns),
    ...calls.map((marks): Turn => ({ mark: marks.open, to: () => ({ kind: 'call', marks }) })),
    ...headers.map((mark): Turn => ({ mark, to: () => ({ kind: 'header' }) })),
    ...(isHarmony ? backToText(closings) : []),
  ];
}

/** What may begin an answer of any model. */
const firstTurns: readonly Turn[] = [
  ...solutionMarks.map(({ open, close }): Turn => ({ mark: open, isFirst: true, to: () => ({ kind: 'text', close }) })),
  ...harmonyOpenings.map((mark): Turn => ({ mark, isFirst: true, isHarmony: true, to: () => headerState(mark) })),
];

/** What a header of the harmony format leads to: a recipient is a tool, analysis is thinking. */
function headerState(header: string): State {
  const [, name] = /to=functions\.([\w.-]+)/.exec(header) ?? [];
  if (name !== undefined) return { kind: 'recipient', name };
  return header.includes('analysis') ? { kind: 'thinking', marks: harmonyThinking } : text;
}

interface Found {
  readonly at: number;
  readonly turn: Turn;
}

function firstOf(buffer: string, turns: readonly Turn[]): Found | undefined {
  let first: Found | undefined;
  for (const turn of turns) {
    const at = turn.mark === '' ? -1 : buffer.indexOf(turn.mark);
    if (turn.isFirst && buffer.slice(0, Math.max(0, at)).trim() !== '') continue;
    if (at >= 0 && (first === undefined || at < first.at)) first = { at, turn };
  }
  return first;
}

/** How much of the end may be the beginning of a mark. */
function heldLength(buffer: string, turns: readonly Turn[]): number {
  let held = 0;
  for (const { mark } of turns) {
    for (let length = Math.min(mark.length - 1, buffer.length); length > held; length -= 1)
      if (mark.startsWith(buffer.slice(-length))) held = length;
  }
  return held;
}
