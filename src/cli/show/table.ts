import type { Terminal } from './terminal.ts';
import { cut, pad, widthOf } from './text.ts';

/** Aligned columns without borders. Narrow terminals drop columns, the least important first; nothing wraps. */

/** A column: its title, its side, and how soon it is dropped (higher numbers go first; 0 never). */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly dropOrder?: number;
  /** Instead of being dropped it is cut to what is left, as long as that is this much. */
  readonly minWidth?: number;
}

/** Lines of a table that is no wider than the terminal. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
  { header = true, indent = '' } = {},
): string[] {
  // A column of marks that nobody has takes no room.
  const isEmpty = (index: number): boolean => columns[index]?.title.trim() === '' && rows.every((row) => (row[index] ?? '').trim() === '');
  const shown = columns.map((_, index) => index).filter((index) => !isEmpty(index));
  const cutWidths = new Map<number, number>();
  const widthAt = (index: number): number =>
    cutWidths.get(index) ?? Math.max(header ? widthOf(columns[index]?.title ?? '') : 0, ...rows.map((row) => widthOf(row[index] ?? '')));
  const total = (): number => indent.length + shown.reduce((sum, index) => sum + widthAt(index) + 2, -2);
  const droppable = shown
    .filter((index) => (columns[index]?.dropOrder ?? 0) > 0)
    .sort((a, b) => (columns[b]?.dropOrder ?? 0) - (columns[a]?.dropOrder ?? 0));
  // A table nobody looks at on a terminal keeps all of its columns: programs read it.
  const limit = terminal.outIsTerminal || terminal.errIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  for (let index = droppable.shift(); total() > limit && index !== undefined; index = droppable.shift()) {
    const left = widthAt(index) - (total() - limit);
    const { minWidth } = columns[index] ?? {};
    if (minWidth !== undefined && left >= minWidth) cutWidths.set(index, left);
    else shown.splice(shown.indexOf(index), 1);
  }
  const tooWide = Math.max(0, total() - limit);
  const first = shown.find((index) => widthAt(index) > 8) ?? 0;
  const cell = (text: string, index: number): string => {
    const width = widthAt(index) - (index === first ? tooWide : 0);
    return pad(
      cut(text.replaceAll('\n', ' '), Math.max(4, width), terminal.marks.ellipsis),
      width,
      columns[index]?.align === 'right' ? 'left' : 'right',
    );
  };
  const line = (cells: readonly string[]): string => (indent + shown.map((index) => cell(cells[index] ?? '', index)).join('  ')).trimEnd();
  const body = rows.map(line);
  return header ? [terminal.style('dim', line(columns.map(({ title }) => title)), 'out'), ...body] : body;
}
