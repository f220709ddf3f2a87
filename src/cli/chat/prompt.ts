import { createInterface } from 'node:readline';
import { orAborted } from '../../base/abort.ts';
import { goneSignal } from '../hang-up.ts';
import { editorScreen } from '../show/editor-screen.ts';
import { printable } from '../show/text.ts';

/** What a person types in a chat: lines, blocks of lines, answers to questions. */
export interface Prompt extends Disposable {
  /** Fires when the command is stopped, and when its terminal was closed. */
  readonly stopped: AbortSignal;
  /** The next message; undefined at the end (Ctrl+D, or the end of a pipe). Throws the reason of {@link Prompt.stopped}. */
  next(): Promise<string | undefined>;
  /** Asks for yes or no. Off a terminal the answer is no. Throws as well. */
  confirm(question: string): Promise<boolean>;
  /** Asks for a line. Undefined off a terminal, and at the end. */
  ask(question: string): Promise<string | undefined>;
  /** What Ctrl+C does while it is set; at the prompt it empties the line. */
  onInterrupt: (() => void) | undefined;
}

const fence = '"""';

/**
 * Reads from this process's stdin. A line that ends in a backslash goes on; lines between """ belong together, as do lines pasted at
 * once. What is typed while an answer comes is not shown in the middle of it, but at the next prompt.
 */
export function openPrompt({ isTerminal, hint, signal }: { isTerminal: boolean; hint: string; signal: AbortSignal }): Prompt {
  const screen = editorScreen({ isMuted: true });
  const lines = createInterface({ input: process.stdin, output: isTerminal ? screen : undefined, terminal: isTerminal });
  const stopped = AbortSignal.any([signal, goneSignal(lines, { isTerminal })]);
  const waiting: string[] = [];
  const pasted: string[] = [];
  let isPasting = false;
  let wake: ((line: string | undefined) => void) | undefined;
  let isClosed = false;
  lines.on('line', (line) => {
    if (isPasting) return void pasted.push(line);
    const text = [...pasted.splice(0), line].join('\n').trimEnd();
    if (wake) wake(text);
    else waiting.push(text);
  });
  const onKey = (_: string | undefined, { name }: { name?: string } = {}): void => {
    if (name === 'paste-start') isPasting = true;
    else if (name === 'paste-end') isPasting = false;
  };
  if (isTerminal) {
    process.stdin.on('keypress', onKey);
    screen.markPastes(true);
  }
  lines.on('close', () => {
    isClosed = true;
    if (isTerminal) screen.markPastes(false);
    wake?.(undefined);
  });
  lines.on('SIGINT', () => {
    if (prompt.onInterrupt) return prompt.onInterrupt();
    // As in a shell: the line is given up. Leaving is Ctrl+D's.
    screen.say(`\n${hint}\n`);
    pasted.splice(0);
    lines.write(null, { ctrl: true, name: 'e' });
    lines.write(null, { ctrl: true, name: 'u' });
    lines.prompt();
  });

  const readLine = (mark: string): Promise<string | undefined> => {
    const next = waiting.shift();
    if (next !== undefined) {
      if (isTerminal) screen.say(`${mark}${next}\n`);
      return Promise.resolve(next);
    }
    if (isClosed) return Promise.resolve(undefined);
    screen.isMuted = false;
    lines.setPrompt(mark);
    if (isTerminal) lines.prompt(true); // With what is typed already.
    return new Promise((resolve) => {
      wake = (line) => {
        wake = undefined;
        screen.isMuted = true;
        resolve(line);
      };
    });
  };

  const prompt: Prompt = {
    onInterrupt: undefined,
    stopped,
    next: () => orAborted(readMessage(readLine), stopped),
    async confirm(question) {
      return /^y(es)?$/i.test(((await prompt.ask(`${question} [y/N] `)) ?? '').trim());
    },
    async ask(question) {
      return isTerminal ? orAborted(readLine(printable(question)), stopped) : undefined;
    },
    [Symbol.dispose]() {
      process.stdin.off('keypress', onKey);
      lines.close();
      screen.destroy();
    },
  };
  return prompt;
}

async function readMessage(readLine: (mark: string) => Promise<string | undefined>): Promise<string | undefined> {
  const first = await readLine('> ');
  if (first === undefined) return undefined;
  if (first.trim() === fence) return readBlock(() => readLine('| '));
  let text = first;
  while (text.endsWith('\\')) {
    const more = await readLine('| ');
    text = `${text.slice(0, -1)}\n${more ?? ''}`;
    if (more === undefined) break;
  }
  return text;
}

async function readBlock(readLine: () => Promise<string | undefined>): Promise<string> {
  const block: string[] = [];
  for (let line = await readLine(); line !== undefined && line.trim() !== fence; line = await readLine()) block.push(line);
  return block.join('\n');
}
