import type { Interface } from 'node:readline';
import { isLuciError, type LuciError } from '../../base/errors.ts';
import { takeInterrupts } from '../interrupts.ts';
import type { EditorScreen } from '../show/editor-screen.ts';
import { textFilter } from '../show/safe-text.ts';
import { editOutside } from './edit-outside.ts';

/** The line that is edited, with the lines above it that belong to the same message. */
export interface EditedLine {
  /** All of it. */
  readonly text: string;
  /** Keeps a line above the one that comes next, as pasting several does. */
  hold(line: string): void;
  /** The whole message of which `line` is the last, and begins anew. */
  take(line: string): string;
  /** Replaces all of it on the screen: the last line is edited, those before it stand above. */
  set(text: string): void;
  /** Empties it. */
  clear(): void;
  /** Has it edited by the user's own editor, which has the terminal meanwhile. */
  openOutside(onError: (error: LuciError) => void): Promise<void>;
}

/** The line of an editor on a screen. */
export function createEditedLine(lines: Interface, screen: EditorScreen): EditedLine {
  let held: readonly string[] = [];

  function clear(): void {
    held = [];
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
  }

  function set(given: string): void {
    clear();
    // What the editor of lines would take for keys is no text.
    const text = textFilter()(given);
    held = text.split('\n').slice(0, -1);
    if (held.length > 0) screen.say(`\n${held.map((line) => `| ${line}\n`).join('')}`);
    lines.prompt();
    const last = text.split('\n').at(-1) ?? '';
    if (last !== '') lines.write(last);
  }

  const edited: EditedLine = {
    get text() {
      return [...held, lines.line].join('\n');
    },
    hold(line) {
      held = [...held, line];
    },
    take(line) {
      const text = [...held, line].join('\n');
      held = [];
      return text;
    },
    set,
    clear,
    async openOutside(onError) {
      let { text } = edited;
      // Ctrl+C in the terminal is the editor's meanwhile.
      using _ = takeInterrupts(() => undefined);
      lines.pause();
      screen.isMuted = true;
      screen.markPastes(false);
      process.stdin.setRawMode(false);
      try {
        text = await editOutside(text);
      } catch (error) {
        if (!isLuciError(error)) throw error;
        screen.say('\n');
        onError(error);
      } finally {
        process.stdin.setRawMode(true);
        screen.isMuted = false;
        screen.markPastes(true);
        lines.resume();
        set(text);
      }
    },
  };
  return edited;
}
