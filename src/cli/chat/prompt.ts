import { createInterface, type ReadLineOptions } from 'node:readline';
import { orAborted } from '../../base/abort.ts';
import type { LuciError } from '../../base/errors.ts';
import { goneSignal } from '../hang-up.ts';
import { takeInterrupts } from '../interrupts.ts';
import { editorScreen } from '../show/editor-screen.ts';
import { printable, wrap } from '../show/text.ts';
import type { Completion } from './complete-line.ts';
import { type LineHistory, maxLines } from './line-history.ts';
import { readMessage } from './read-message.ts';
import { createTyping } from './typing.ts';

/** What a person types in a chat: lines, blocks of lines, answers to questions. */
export interface Prompt extends Disposable {
  /** Whether somebody types: off a terminal nobody can be asked. */
  readonly isTerminal: boolean;
  /** Fires when the command is stopped, and when its terminal was closed. */
  readonly stopped: AbortSignal;
  /** The next message; undefined at the end (Ctrl+D, or the end of a pipe). Throws the reason of {@link Prompt.stopped}. */
  next(): Promise<string | undefined>;
  /** Asks for yes or no. Off a terminal the answer is no. Throws as well. */
  confirm(question: string): Promise<boolean>;
  /** Asks for a line; what was typed before it counts for the next message. Undefined off a terminal, and at the end. */
  ask(question: string): Promise<string | undefined>;
  /** Puts a text into the next line, to be changed; false where no line is edited. */
  prefill(text: string): boolean;
  /** Puts a text on the terminal's clipboard; missing where there is no terminal for it. */
  readonly copy: ((text: string) => void) | undefined;
  /** What Ctrl+C does while it is set; at the prompt it empties the line. */
  onInterrupt: (() => void) | undefined;
}

/** How it is read. */
export interface PromptOptions {
  readonly isTerminal: boolean;
  /** No line is edited: the terminal does that by itself, and gets no code that moves its cursor. */
  readonly isPlain: boolean;
  /** How to leave, said at Ctrl+C. */
  readonly hint: string;
  readonly signal: AbortSignal;
  readonly history?: LineHistory;
  readonly complete?: (line: string) => Promise<Completion>;
  readonly onError: (error: LuciError) => void;
}

/**
 * Reads from this process's stdin. A line that ends in a backslash goes on; lines between """ belong together, as do lines pasted at
 * once. What is typed while an answer comes is not shown in the middle of it, but at the next prompt.
 */
export function openPrompt(options: PromptOptions): Prompt {
  const { isTerminal, isPlain, signal } = options;
  const isEdited = isTerminal && !isPlain;
  const screen = editorScreen({ isMuted: true });
  const lines = createInterface({
    input: process.stdin,
    output: isEdited ? screen : undefined,
    terminal: isEdited,
    ...(isEdited ? editing(options) : {}),
  });
  const stopped = AbortSignal.any([signal, goneSignal(lines, { isTerminal: isEdited })]);
  const typing = createTyping(lines, screen, { ...options, isEdited });
  const prompt: Prompt = {
    isTerminal,
    stopped,
    onInterrupt: undefined,
    next: () => orAborted(readMessage(typing.readLine), stopped),
    async confirm(question) {
      const state = isPlain ? 'Permission needed. ' : '';
      return /^y(es)?$/i.test(((await prompt.ask(`${state}${question} [y/N] `)) ?? '').trim());
    },
    async ask(question) {
      if (!isTerminal) return undefined;
      // Lines end between words, and the answer stands behind the last.
      const shown = wrap(printable(question).trimEnd(), screen.columns || Number.POSITIVE_INFINITY);
      return orAborted(typing.ask(`${shown} `), stopped);
    },
    prefill(text) {
      if (isEdited) typing.prefill(text);
      return isEdited;
    },
    copy: isEdited ? screen.copy : undefined,
    [Symbol.dispose]() {
      interrupts?.[Symbol.dispose]();
      typing[Symbol.dispose]();
      lines.close();
      screen.destroy();
    },
  };
  const onInterrupt = (): void => {
    // A question that is open is answered with no.
    const wasAsked = typing.dismiss();
    if (prompt.onInterrupt) prompt.onInterrupt();
    else if (!wasAsked) typing.giveUp();
  };
  lines.on('SIGINT', onInterrupt);
  const interrupts = isTerminal && isPlain ? takeInterrupts(onInterrupt) : undefined;
  return prompt;
}

/** What the editor of lines knows beside the keys. */
function editing({ history, complete }: PromptOptions): Pick<ReadLineOptions, 'history' | 'historySize' | 'completer'> {
  return {
    history: [...(history?.lines ?? [])],
    historySize: maxLines,
    completer:
      complete &&
      ((line: string, done: (error: null, result: [string[], string]) => void) => {
        complete(line).then(
          ([candidates, typed]) => done(null, [[...candidates], typed]),
          () => done(null, [[], line]),
        );
      }),
  };
}
