import { isLuciError } from '../../base/errors.ts';
import { type AnswerFlow, answerFlow } from './answer-flow.ts';
import { homeInHint, homeInNote } from './home-in-commands.ts';
import { jsonForTerminal } from './safe-text.ts';
import type { Style, Terminal } from './terminal.ts';
import { cut, fill, printableText, widthOf, wrap } from './text.ts';

/** The only printer. Results go to stdout; everything else to stderr. */
export interface Show {
  readonly terminal: Terminal;
  readonly quiet: boolean;
  readonly json: boolean;
  /** See {@link ShowOptions.home}; a result that tells commands names it by `home-in-commands.ts`. */
  readonly home: string | undefined;
  /** A result for a person, one or more lines. */
  result(text: string): void;
  /** A piece of an answer: on a terminal made safe and broken between words, elsewhere as it is. */
  stream(text: string, style?: Style): void;
  /** How pieces of answers without a style are written from here on, where a person reads them (default: broken between words). */
  formatAnswers(flow: AnswerFlow): void;
  /** Ends an answer: its last word is shown, and its last line ended. On a terminal every other output does so by itself. */
  endAnswer(): void;
  /** A result for a program: one JSON value on one line. */
  data(value: unknown): void;
  /** News on the way; silent with --quiet. */
  note(text: string): void;
  /** Lines at the foot of the terminal that are drawn anew each time; an empty list takes them away. */
  live(lines: readonly string[]): void;
  error(error: unknown, debug: boolean): void;
}

/** How a printer prints. */
export interface ShowOptions {
  readonly quiet?: boolean;
  readonly json?: boolean;
  /** The home that was named by `--home`; commands that are told name it too. */
  readonly home?: string;
}

/** A printer for this process's streams. */
export function createShow(terminal: Terminal, { quiet = false, json = false, home }: ShowOptions = {}): Show {
  let liveLines = 0;
  const streamed = answerStream(terminal);
  const clearLive = (): void => {
    streamed.flush();
    if (liveLines > 0) terminal.err.eraseLines(liveLines);
    liveLines = 0;
  };
  const writeJson = (value: unknown): void => {
    const json = JSON.stringify(value);
    terminal.out.write(`${terminal.outIsTerminal ? jsonForTerminal(json) : json}\n`);
  };
  const toStderr = (text: string): void => {
    clearLive();
    if (terminal.outIsTerminal) streamed.endLine();
    terminal.err.write(text);
  };
  return {
    terminal,
    quiet,
    json,
    home,
    result(text) {
      clearLive();
      if (terminal.outIsTerminal) streamed.endLine();
      terminal.out.write(`${terminal.outIsTerminal ? fill(text, terminal.columns) : text}\n`);
    },
    stream(text, style) {
      if (liveLines > 0) clearLive();
      streamed.push(text, style);
    },
    formatAnswers: streamed.formatBy,
    endAnswer() {
      streamed.flush();
      streamed.endLine();
    },
    data: writeJson,
    note(text) {
      const told = homeInNote(text, home);
      if (!quiet) toStderr(`${terminal.errIsTerminal ? fill(told, terminal.columns) : told}\n`);
    },
    live(lines) {
      if (quiet || !terminal.errIsTerminal || terminal.isPlain) return;
      clearLive();
      // A line that wrapped could not be drawn over.
      for (const line of lines)
        terminal.err.write(`${widthOf(line) < terminal.columns ? line : cut(line, terminal.columns - 1, terminal.marks.ellipsis)}\n`);
      liveLines = lines.length;
    },
    error(error, debug) {
      const hint = isLuciError(error) ? homeInHint(error.hint, home) : undefined;
      if (json && isLuciError(error)) writeJson({ error: { ...error.toJSON(), hint } });
      toStderr(`${errorText(error, terminal, { hint, debug })}\n`);
    },
  };
}

/** An answer on its way to stdout, in the style of its last piece. */
function answerStream(terminal: Terminal) {
  const { out, outIsTerminal } = terminal;
  const words: AnswerFlow = outIsTerminal ? answerFlow(() => terminal.columns) : { push: (piece) => piece, flush: () => '' };
  let formatted = words;
  let last: Style | undefined;
  let isMidLine = false;
  const flow = (): AnswerFlow => (last === undefined ? formatted : words);
  const write = (text: string): void => {
    if (text === '') return;
    isMidLine = !text.endsWith('\n');
    // Line ends have no style: what comes after them begins without a code.
    const [, words = '', ends = ''] = /^([\s\S]*?)(\n*)$/.exec(text) ?? [];
    out.write(last && words !== '' ? terminal.style(last, words, 'out') + ends : text);
  };
  const flush = (): void => write(flow().flush());
  return {
    flush,
    formatBy(other: AnswerFlow): void {
      if (outIsTerminal) formatted = other;
    },
    push(text: string, style?: Style): void {
      if (style !== last) flush();
      last = style;
      write(flow().push(text));
    },
    endLine(): void {
      if (isMidLine) out.write('\n');
      isMidLine = false;
    },
  };
}

function errorText(error: unknown, terminal: Terminal, { hint, debug }: { hint: string | undefined; debug: boolean }): string {
  if (!isLuciError(error)) return bugText(error, debug);
  const stack = debug ? `\n${terminal.style('dim', stackOf(error))}` : '';
  // Off a terminal a message is one line: programs read it.
  const width = terminal.errIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  return `${wrap(printableText(error.message), width)}${hintText(hint, terminal)}${stack}`;
}

function hintText(hint: string | undefined, terminal: Terminal): string {
  if (!hint) return '';
  return `\n${printableText(hint)
    .split('\n')
    .flatMap((line) => (terminal.errIsTerminal ? fill(`  ${line}`, terminal.columns) : `  ${line}`).split('\n'))
    .map((line) => terminal.style('dim', line))
    .join('\n')}`;
}

/** Anything that is not a LuciError is a mistake of luci's, and says so. */
function bugText(error: unknown, debug: boolean): string {
  const message = error instanceof Error ? error.message : String(error);
  return `luci made a mistake: ${printableText(message)}\n${debug ? stackOf(error) : '  --debug shows where'}`;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`}`;
}
