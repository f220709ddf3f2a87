import { styleText } from 'node:util';
import { readTerminalEnvironment } from '../../config/terminal-environment.ts';
import { type Output, openOutput } from './output.ts';

/** What the terminal can do: width, colour, marks. */

/** Where text goes, and how it may look there. */
export interface Terminal {
  /** Columns of the terminal, or 100 where there is none. */
  readonly columns: number;
  /** Whether stdout, and stderr, are a person's terminal. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Nothing but text and line ends is written: no colour, no line drawn over, no cursor moved. */
  readonly isPlain: boolean;
  readonly out: Output;
  readonly err: Output;
  readonly marks: Marks;
  /** The text in a style, where stdout or stderr may have colour. */
  style(style: Style, text: string, stream?: 'out' | 'err'): string;
}

/** Roles of colour: done, care, wrong, detail, strong, stressed. */
export type Style = 'good' | 'care' | 'bad' | 'dim' | 'bold' | 'italic';

/** Signs with a fall-back that any terminal and any screen reader can say. */
export interface Marks {
  readonly done: string;
  readonly wrong: string;
  readonly pass: string;
  readonly fetch: string;
  readonly bullet: string;
  readonly none: string;
  readonly bar: readonly [full: string, half: string, empty: string];
  readonly ellipsis: string;
  readonly dot: string;
  /** Before the lines of a quotation, and of which a rule is made. */
  readonly quote: string;
  readonly rule: string;
}

/** As most terminals show them. */
export const unicodeMarks: Marks = {
  done: '✓',
  wrong: '✗',
  pass: '✅',
  fetch: '↓',
  bullet: '•',
  none: '–',
  bar: ['━', '╸', '━'],
  ellipsis: '…',
  dot: '·',
  quote: '│',
  rule: '─',
};
const asciiMarks: Marks = {
  done: 'ok',
  wrong: 'x',
  pass: 'PASS',
  fetch: '>',
  bullet: '*',
  none: '-',
  bar: ['#', '#', '.'],
  ellipsis: '...',
  dot: '-',
  quote: '|',
  rule: '-',
};

const formats = { good: 'green', care: 'yellow', bad: 'red', dim: 'dim', bold: 'bold', italic: 'italic' } as const;

/** The terminal this process runs in. */
export function currentTerminal({ noColour = false, isPlain = false }: { noColour?: boolean; isPlain?: boolean } = {}): Terminal {
  const { colour, unicode, isDumb, columns } = readTerminalEnvironment();
  const out = openOutput(1);
  const err = openOutput(2);
  const outIsTerminal = out.isTerminal;
  const errIsTerminal = err.isTerminal && !isDumb;
  const mayColour = !noColour && !isPlain;
  const coloured = { out: mayColour && (colour ?? outIsTerminal), err: mayColour && (colour ?? errIsTerminal) };
  return {
    get columns() {
      // Terminals without a window, as those of build machines, say 0.
      return Math.max(20, err.columns || out.columns || columns || 100);
    },
    out,
    err,
    outIsTerminal,
    errIsTerminal,
    isPlain: isPlain || isDumb,
    marks: unicode ? unicodeMarks : asciiMarks,
    style(style, text, stream = 'err') {
      return coloured[stream] ? styleText(formats[style], text, { validateStream: false }) : text;
    },
  };
}
