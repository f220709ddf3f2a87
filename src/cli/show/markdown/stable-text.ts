import { lexer, type Token, type Tokens } from 'marked';
import { widthOf } from '../text.ts';
import { openMarkAt } from './open-marks.ts';

/** How much of a text that still grows can be shown, because what comes after will not change how it reads. */

/** A line of these signs alone may become a list, a heading, a rule, a table, a fence. */
const undecided = /^[\s\d.)\-*+>#|=~`_:[\]xX]*$/;

/** The part of the text that reads the same whatever follows it. */
export function stableText(text: string): string {
  const lineAt = text.lastIndexOf('\n') + 1;
  const line = text.slice(lineAt);
  const tokens = lexer(text);
  const leaf = leafOf(tokens);
  if (leaf === 'table') return /\n[ \t>]*\n$/.test(text) ? text : text.slice(0, tableStart(tokens, text, lineAt));
  // Code is shown by the line: the one that ends it looks like it.
  if (leaf === 'code' || leaf === 'html') return text.slice(0, lineAt);
  const words = text.slice(0, lineAt) + wholeWords(line);
  // Of a line that is begun by its signs alone nothing is shown, and of one with bars neither.
  return undecided.test(words.slice(lineAt)) || line.includes('|') ? text.slice(0, headStart(text, lineAt)) : words;
}

/** The kind of the block, or the block in a block, that more text goes on with. */
export function leafOf(tokens: readonly Token[]): string | undefined {
  const last = tokens.findLast(({ type }) => type !== 'space');
  if (!last) return undefined;
  const inside = last.type === 'list' ? (last as Tokens.List).items.at(-1)?.tokens : last.type === 'blockquote' ? last.tokens : undefined;
  return (inside && leafOf(inside)) ?? last.type;
}

/** Where the table at the end of a text begins; in a list or a quotation, where its lines with bars do. */
function tableStart(tokens: readonly Token[], text: string, lineAt: number): number {
  const at = tokens.findLastIndex(({ type }) => type !== 'space');
  if (tokens[at]?.type === 'table') return text.length - tokens.slice(at).reduce((sum, { raw }) => sum + raw.length, 0);
  let start = lineAt;
  for (let before = previous(text, start); before !== undefined && text.slice(before, start).includes('|'); before = previous(text, start))
    start = before;
  return start;
}

/** A line with bars may be the head of a table; what follows it tells. */
function headStart(text: string, lineAt: number): number {
  const before = previous(text, lineAt);
  return before !== undefined && text.slice(before, lineAt).includes('|') ? before : lineAt;
}

/** Where the line before the one at `lineAt` begins. */
function previous(text: string, lineAt: number): number | undefined {
  return lineAt === 0 ? undefined : text.lastIndexOf('\n', lineAt - 2) + 1;
}

/** The words of a line that are whole, and in which no mark is open: a link may have blanks in it. */
function wholeWords(line: string): string {
  const words = untilWord(line.slice(0, openMarkAt(line)));
  return words === line ? line : wholeWords(words);
}

/** Without the word at the end that may go on; between wide characters any place is the end of one. */
function untilWord(text: string): string {
  let end = text.length;
  while (end > 0 && !/\s/.test(text[end - 1] ?? '') && widthOf(text.slice(0, end).at(-1) ?? '') < 2 && !isWideBefore(text, end)) end -= 1;
  return text.slice(0, end);
}

/** Whether a character outside of the first plane, which has two units, ends there and is wide. */
function isWideBefore(text: string, end: number): boolean {
  const unit = text.charCodeAt(end - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && widthOf(text.slice(end - 2, end)) > 1;
}
