import { createInterface } from 'node:readline';

/** What a person types in a chat: lines, blocks of lines, answers to questions. */
export interface Prompt extends Disposable {
  /** The next message; undefined at the end (Ctrl+D, or the end of a pipe). */
  next(): Promise<string | undefined>;
  /** Asks for yes or no. Off a terminal the answer is no. */
  confirm(question: string): Promise<boolean>;
  /** What Ctrl+C does while it is set; at the prompt it empties the line. */
  onInterrupt: (() => void) | undefined;
}

const fence = '"""';

/** Reads from this process's stdin. A line that ends in a backslash goes on; lines between """ belong together. */
export function openPrompt({ isTerminal, hint }: { isTerminal: boolean; hint: string }): Prompt {
  const lines = createInterface({ input: process.stdin, ...(isTerminal ? { output: process.stderr } : {}), terminal: isTerminal });
  const waiting: string[] = [];
  let wake: ((line: string | undefined) => void) | undefined;
  let isClosed = false;
  lines.on('line', (line) => {
    if (wake) wake(line);
    else waiting.push(line);
  });
  lines.on('close', () => {
    isClosed = true;
    wake?.(undefined);
  });
  lines.on('SIGINT', () => {
    if (prompt.onInterrupt) return prompt.onInterrupt();
    // As in a shell: the line is given up. Leaving is Ctrl+D's.
    process.stderr.write(`\n${hint}\n`);
    lines.write(null, { ctrl: true, name: 'u' });
    lines.prompt();
  });

  const readLine = (mark: string): Promise<string | undefined> => {
    const next = waiting.shift();
    if (next !== undefined) return Promise.resolve(next);
    if (isClosed) return Promise.resolve(undefined);
    lines.setPrompt(mark);
    if (isTerminal) lines.prompt();
    return new Promise((resolve) => {
      wake = (line) => {
        wake = undefined;
        resolve(line);
      };
    });
  };

  const prompt: Prompt = {
    onInterrupt: undefined,
    async next() {
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
    },
    async confirm(question) {
      if (!isTerminal) return false;
      return /^y(es)?$/i.test(((await readLine(`${question} [y/N] `)) ?? '').trim());
    },
    [Symbol.dispose]: () => lines.close(),
  };
  return prompt;
}

async function readBlock(readLine: () => Promise<string | undefined>): Promise<string> {
  const block: string[] = [];
  for (let line = await readLine(); line !== undefined && line.trim() !== fence; line = await readLine()) block.push(line);
  return block.join('\n');
}
