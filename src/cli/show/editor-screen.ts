import { Writable } from 'node:stream';
import { forTerminal } from './safe-text.ts';

/** stderr as Node's editor of lines sees it: the editor moves the cursor as a person types, so what it writes passes as it is. */
export interface EditorScreen extends Writable {
  /** Nothing the editor echoes is shown while it is. */
  isMuted: boolean;
  /** How wide it is; undefined where it is no terminal. */
  readonly columns?: number;
  /** Text beside the editor's. */
  say(text: string): void;
  /** Asks the terminal to mark what is pasted, so that its line ends are told from Enter; and to stop it. */
  markPastes(isOn: boolean): void;
  /** Asks the terminal to put a text on the clipboard (OSC 52). It gives no answer, and many do not. */
  copy(text: string): void;
}

/** The screen for `createInterface`. Whoever asks through it makes the question printable first. */
export function editorScreen({ isMuted = false } = {}): EditorScreen {
  const { stderr } = process;
  const screen: EditorScreen = Object.assign(
    new Writable({
      write(text: Buffer, _, done) {
        if (!screen.isMuted) stderr.write(text);
        done();
      },
    }),
    {
      isMuted,
      isTTY: stderr.isTTY,
      say: (text: string) => void stderr.write(forTerminal(text)),
      // Base64 holds nothing that a terminal obeys.
      copy: (text: string) => void stderr.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`),
      markPastes: (isOn: boolean) => void stderr.write(isOn ? '\x1b[?2004h' : '\x1b[?2004l'),
    },
  );
  // The editor asks how wide its terminal is.
  Object.defineProperty(screen, 'columns', { get: () => stderr.columns });
  const onResize = (): void => void screen.emit('resize');
  stderr.on('resize', onResize);
  screen.once('close', () => stderr.off('resize', onResize));
  return screen;
}
