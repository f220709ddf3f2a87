import type { Interface } from 'node:readline';
import type { EditorScreen } from '../show/editor-screen.ts';
import { createEditedLine } from './edited-line.ts';
import type { PromptOptions } from './prompt.ts';

/** Lines as they are typed. */
export interface Typing extends Disposable {
  /** The next line, below its mark. What was typed before comes first. */
  readLine(mark: string): Promise<string | undefined>;
  /** A line that is an answer: what was typed before the question is none, and counts for the next message. */
  ask(question: string): Promise<string | undefined>;
  /** Ends a question without an answer; false where none is asked. */
  dismiss(): boolean;
  /** Puts a text into the next line. */
  prefill(text: string): void;
  /** Gives the line up, as in a shell, and says how to leave. */
  giveUp(): void;
}

type TypingOptions = Pick<PromptOptions, 'isTerminal' | 'hint' | 'history' | 'onError'> & {
  /** The lines are edited here; else the terminal, if there is one, does it. */
  readonly isEdited: boolean;
};

/** Lines from a reader of Node's. */
export function createTyping(
  lines: Interface,
  screen: EditorScreen,
  { isTerminal, isEdited, hint, history, onError }: TypingOptions,
): Typing {
  const line = createEditedLine(lines, screen);
  const waiting: string[] = [];
  let isPasting = false;
  let isClosed = false;
  let isAsking = false;
  let isOutside = false;
  let mark = '';
  let prefilled = '';
  let newest = history?.lines[0];
  let wake: ((text: string | undefined) => void) | undefined;

  lines.on('line', (typed) => {
    if (isPasting) return line.hold(typed);
    const text = line.take(typed).trimEnd();
    if (wake) wake(text);
    else waiting.push(text);
  });
  lines.on('history', (entries: string[]) => {
    if (entries[0] === newest) return;
    // Answers to questions are nothing to come back to.
    if (isAsking) return void entries.shift();
    newest = entries[0];
    if (newest !== undefined) history?.add(newest);
  });
  lines.on('close', () => {
    isClosed = true;
    if (isEdited) screen.markPastes(false);
    wake?.(undefined);
  });
  const leaveKeys = isEdited
    ? watchKeys({
        onPaste(isOn) {
          isPasting = isOn;
          // A tab that is pasted is a tab.
          Object.assign(lines, { isCompletionEnabled: !isOn });
        },
        onOpenEditor() {
          if (!wake || isAsking || isOutside) return;
          isOutside = true;
          void line.openOutside(onError).finally(() => {
            isOutside = false;
          });
        },
      })
    : () => undefined;
  if (isEdited) screen.markPastes(true);

  function showMark(text: string): void {
    mark = text;
    screen.isMuted = false;
    if (!isTerminal) return;
    if (!isEdited) return void screen.say(mark);
    lines.setPrompt(mark);
    const before = prefilled;
    prefilled = '';
    if (before !== '') line.set(before);
    else lines.prompt(true); // With what is typed already.
  }

  function wait(text: string): Promise<string | undefined> {
    if (isClosed) return Promise.resolve(undefined);
    showMark(text);
    return new Promise((resolve) => {
      wake = (typed) => {
        wake = undefined;
        screen.isMuted = true;
        resolve(typed);
      };
    });
  }

  return {
    readLine(text) {
      const next = waiting.shift();
      if (next === undefined) return wait(text);
      if (isTerminal) screen.say(`${text}${next}\n`);
      return Promise.resolve(next);
    },
    async ask(question) {
      const before = isEdited ? line.text : '';
      if (isEdited) line.clear();
      isAsking = true;
      try {
        return await wait(question);
      } finally {
        isAsking = false;
        prefilled = before;
        mark = '';
      }
    },
    dismiss() {
      if (!isAsking || !wake) return false;
      screen.say('\n');
      if (isEdited) line.clear();
      wake(undefined);
      return true;
    },
    prefill(text) {
      prefilled = text;
    },
    giveUp() {
      screen.say(`${isEdited ? '\n' : ''}${hint}\n`);
      if (!isEdited) return screen.say(mark);
      line.clear();
      lines.prompt();
    },
    [Symbol.dispose]: leaveKeys,
  };
}

/** Hears keys of the terminal that mean more than a letter; returns what ends it. */
function watchKeys({ onPaste, onOpenEditor }: { onPaste: (isOn: boolean) => void; onOpenEditor: () => void }): () => void {
  const onKey = (_: string | undefined, { name, ctrl }: { name?: string; ctrl?: boolean } = {}): void => {
    if (name === 'paste-start' || name === 'paste-end') onPaste(name === 'paste-start');
    else if (ctrl && name === 'g') onOpenEditor();
  };
  process.stdin.on('keypress', onKey);
  return () => void process.stdin.off('keypress', onKey);
}
