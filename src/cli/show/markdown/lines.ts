import type { Style } from '../terminal.ts';

/** What an answer in Markdown becomes: lines, before they are broken to the width of a terminal. */

/** A piece of a line in one style. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

/** A line. */
export interface Line {
  /** Before its first words, as the bullet of a list. */
  readonly indent: string;
  /** Before its other words, where it is broken. */
  readonly hang: string;
  readonly spans: readonly Span[];
  /** It is left as it is, and the terminal breaks it: code that is copied must stay one line. */
  readonly isCode?: true;
}

export const emptyLine: Line = { indent: '', hang: '', spans: [] };
