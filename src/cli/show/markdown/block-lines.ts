import type { Token, Tokens } from 'marked';
import type { Marks, Style } from '../terminal.ts';
import { spansOf } from './inline-spans.ts';
import { emptyLine, type Line, type Span } from './lines.ts';
import { tableLines } from './table-lines.ts';

/** Blocks of Markdown as lines. Pure: a text that begins with another one has lines that begin with those of the other. */

/** What blocks are drawn with. */
export interface BlockOptions {
  /** Columns of the terminal: only tables are fitted here. */
  readonly columns: number;
  readonly marks: Pick<Marks, 'bullet' | 'quote' | 'rule'>;
}

/** The lines of blocks, with an empty one between two of them; none between those of a list item. */
export function linesOf(tokens: readonly Token[], options: BlockOptions, { isTight = false } = {}): readonly Line[] {
  const lines: Line[] = [];
  for (const token of tokens) {
    const own = blockLines(token, options);
    if (own.length === 0) continue;
    if (lines.length > 0 && !isTight) lines.push(emptyLine);
    lines.push(...own);
  }
  return lines;
}

function blockLines(token: Token, options: BlockOptions): readonly Line[] {
  switch (token.type) {
    case 'space':
    case 'def':
    case 'checkbox':
      return [];
    case 'heading':
      return textLines((token as Tokens.Heading).tokens, 'bold');
    case 'hr':
      return [{ ...emptyLine, spans: [{ text: options.marks.rule.repeat(Math.min(40, options.columns)), style: 'dim' }] }];
    case 'code':
      return codeLines(token as Tokens.Code);
    case 'list':
      return listLines(token as Tokens.List, options);
    case 'blockquote':
      return linesOf((token as Tokens.Blockquote).tokens, options).map((line) => behind(`${options.marks.quote} `, line));
    case 'table':
      return tableLines(token as Tokens.Table, options);
    case 'paragraph':
    case 'text':
      return textLines((token as Tokens.Paragraph).tokens ?? [token]);
    default:
      return textLines([{ type: 'text', raw: token.raw, text: token.raw.trimEnd() } as Tokens.Text]);
  }
}

/** A paragraph, or a heading. A line end in it stays one: models write addresses and poems so. */
function textLines(tokens: readonly Token[], ofAll?: Style): readonly Line[] {
  const lines: Span[][] = [[]];
  for (const { text, style } of spansOf(tokens, ofAll))
    for (const [index, part] of text.split('\n').entries()) {
      if (index > 0) lines.push([]);
      if (part !== '') lines.at(-1)?.push({ text: part, style });
    }
  return lines.map((spans) => ({ ...emptyLine, spans }));
}

function codeLines({ text }: Tokens.Code): readonly Line[] {
  // Empty lines at the end of code that still grows may become any lines.
  const whole = text.replace(/\n+$/, '');
  if (whole === '') return [];
  return whole.split('\n').map((line) => ({ indent: line === '' ? '' : '    ', hang: '', spans: [{ text: line }], isCode: true }));
}

function listLines({ items, ordered, start }: Tokens.List, options: BlockOptions): readonly Line[] {
  return items.flatMap((item, index) => {
    const mark = `${ordered ? `${(start || 0) + index}.` : options.marks.bullet} `;
    const task = item.task ? `[${item.checked ? 'x' : ' '}] ` : '';
    const own = linesOf(item.tokens, options, { isTight: true });
    // An item of which nothing but its mark is there yet.
    const lines = own.length === 0 ? [emptyLine] : own;
    return lines.map((line, at) => (at === 0 ? marked(mark + task, ' '.repeat(mark.length), line) : behind(' '.repeat(mark.length), line)));
  });
}

/** A line behind the mark of its list. */
function marked(mark: string, hang: string, line: Line): Line {
  return { ...line, indent: mark + line.indent, hang: hang + line.hang };
}

/** A line with the same before each of its lines. */
function behind(before: string, line: Line): Line {
  return { ...line, indent: before + line.indent, hang: before + line.hang };
}
