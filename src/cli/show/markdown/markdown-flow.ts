import { lexer } from 'marked';
import type { AnswerFlow } from '../answer-flow.ts';
import { textFilter } from '../safe-text.ts';
import type { Terminal } from '../terminal.ts';
import { linesOf } from './block-lines.ts';
import { createLineWriter, type LineWriter } from './line-writer.ts';
import { emptyLine } from './lines.ts';
import { leafOf, stableText } from './stable-text.ts';

/** Pieces without one of these change nothing that can be shown. */
const mayShow = /[\s\u1100-\u{10ffff}]/u;

/**
 * An answer in Markdown as it comes: finished blocks are printed and never looked at again, the open paragraph word by word, code by the
 * line, a table when it is whole. For a terminal; nothing of the text is obeyed.
 */
export function markdownFlow(terminal: Pick<Terminal, 'columns' | 'marks' | 'style'>): AnswerFlow {
  const columns = (): number => terminal.columns;
  const newWriter = (): LineWriter => createLineWriter({ style: terminal.style, columns });
  let filter = textFilter();
  let writer = newWriter();
  /** What is not finished. */
  let open = '';
  /** How much of it was shown. */
  let shownLength = 0;
  /** Blocks stand above it. */
  let isBegun = false;
  let isInCode = false;

  function show(text: string, isWhole: boolean): string {
    const tokens = lexer(text);
    const options = { columns: terminal.columns, marks: terminal.marks };
    const above = isBegun ? [emptyLine] : [];
    const own = linesOf(tokens, options);
    const shown = own.length === 0 ? '' : writer.write([...above, ...own]);
    isInCode = leafOf(tokens) === 'code';
    shownLength = text.length;
    const last = tokens.findLastIndex(({ type }) => type !== 'space');
    if (isWhole || last <= 0) return shown;
    // The last block may go on, and so may one that only empty lines follow.
    const finished = tokens.slice(0, last);
    const lines = linesOf(finished, options).length;
    const length = finished.reduce((sum, { raw }) => sum + raw.length, 0);
    open = open.slice(length);
    shownLength -= length;
    if (lines > 0) {
      writer.drop(above.length + lines);
      isBegun = true;
    }
    return shown;
  }

  return {
    push(piece) {
      const text = filter(piece);
      open += text;
      if (!mayShow.test(text) || (isInCode && !text.includes('\n'))) return '';
      const stable = stableText(open);
      // A line whose words are shown may yet come to hold a bar.
      return stable.length > shownLength ? show(stable, false) : '';
    },
    flush() {
      const shown = open === '' ? '' : show(open, true);
      filter = textFilter();
      writer = newWriter();
      open = '';
      shownLength = 0;
      isBegun = false;
      isInCode = false;
      return shown;
    },
  };
}
