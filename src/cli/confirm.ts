import { abortError } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import type { CommandContext } from './command.ts';
import { goneSignal } from './hang-up.ts';
import { printableText } from './show/text.ts';

/** What was typed before a question waits in the terminal, and is there at once. */
const typedBeforeMs = 30;

/** Asks a question that is answered with yes or no; what was typed before it is no answer. Off a terminal nobody can answer: -y is needed then. */
export async function confirm(question: string, { yes, ask, signal }: Pick<CommandContext, 'yes' | 'ask' | 'signal'>): Promise<boolean> {
  if (yes) return true;
  if (ask) return ask(question);
  if (!process.stdin.isTTY) throw new LuciError('NOT_CONFIRMED', `${question} Nobody can answer here.`, { hint: 'Run it again with -y.' });
  // Streams take 1 ms to load, which commands that ask nothing start without.
  const [{ createInterface }, { editorScreen }] = await Promise.all([import('node:readline/promises'), import('./show/editor-screen.ts')]);
  await discardTyped();
  const screen = editorScreen();
  const lines = createInterface({ input: process.stdin, output: screen });
  // The reader takes Ctrl+C for itself while it waits.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const stopped = AbortSignal.any([signal, goneSignal(lines, { isTerminal: true })]);
  try {
    return /^y(es)?$/i.test((await lines.question(`${printableText(question)} [y/N] `, { signal: stopped })).trim());
  } catch (error) {
    throw stopped.aborted ? abortError(stopped) : error;
  } finally {
    lines.close();
    screen.destroy();
  }
}

/** Throws away what was typed so far, a line without its end too: whoever typed it has not seen the question. Ctrl+C counts. */
async function discardTyped(): Promise<void> {
  const { stdin } = process;
  const onTyped = (typed: Buffer | string): void => {
    if (typed.includes('\x03')) process.kill(process.pid, 'SIGINT');
  };
  // Without raw mode the terminal keeps a line until its end.
  stdin.setRawMode(true);
  stdin.on('data', onTyped);
  await new Promise((resolve) => setTimeout(resolve, typedBeforeMs));
  stdin.off('data', onTyped);
  stdin.pause();
  stdin.setRawMode(false);
}
