import { lexer, type Token } from 'marked';
import type { VNode } from 'preact';
import { viewOf } from './block-view.tsx';

/** An answer in blocks, as it grows: only its open end is parsed again, and what is finished keeps its nodes. */

export interface Blocks {
  /** Finished ones; a block that is the same object is not looked at again. */
  readonly closed: readonly VNode[];
  /** Those that more text may still change. */
  readonly open: readonly VNode[];
  /** How much of the text the finished ones are. */
  readonly closedLength: number;
}

export const noBlocks: Blocks = { closed: [], open: [], closedLength: 0 };

/** The blocks of a text that begins as the one before did. */
export function grown(before: Blocks, given: string): Blocks {
  const text = given.includes('\r') ? given.replace(/\r\n?/g, '\n') : given; // As the lexer counts.
  const tokens = lexer(text.slice(before.closedLength));
  // The last block may go on, and so may one that only empty lines follow.
  const openFrom = Math.max(
    0,
    tokens.findLastIndex(({ type }) => type !== 'space'),
  );
  const finished = tokens.slice(0, openFrom);
  const closedLength = before.closedLength + finished.reduce((sum, { raw }) => sum + raw.length, 0);
  const views = (some: readonly Token[], from: number): VNode[] =>
    some.filter(({ type }) => type !== 'space').map((token, index) => viewOf(token, from + index));
  const closed = finished.length === 0 ? before.closed : [...before.closed, ...views(finished, before.closed.length)];
  return { closed, open: views(tokens.slice(openFrom), closed.length), closedLength };
}
