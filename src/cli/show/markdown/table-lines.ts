import type { Tokens } from 'marked';
import { pad, widthOf } from '../text.ts';
import type { BlockOptions } from './block-lines.ts';
import { spansOf } from './inline-spans.ts';
import { emptyLine, type Line } from './lines.ts';

/** A table of an answer as lines: aligned columns, or where they are too wide for the terminal each row as lines of `header: value`. */
export function tableLines({ header, rows, align }: Tokens.Table, { columns, marks }: BlockOptions): readonly Line[] {
  const textOf = ({ tokens }: Tokens.TableCell): string =>
    spansOf(tokens)
      .map(({ text }) => text.replaceAll('\n', ' '))
      .join('');
  const titles = header.map(textOf);
  const cells = rows.map((row) => row.map(textOf));
  const widths = titles.map((title, index) => Math.max(widthOf(title), ...cells.map((row) => widthOf(row[index] ?? ''))));
  const total = widths.reduce((sum, width) => sum + width + 2, -2);
  if (total > columns) return recordLines(titles, cells);
  const line = (row: readonly string[]): string =>
    widths
      .map((width, index) => pad(row[index] ?? '', width, align[index] === 'right' ? 'left' : 'right'))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => marks.rule.repeat(width)).join('  ');
  return [
    { ...emptyLine, spans: [{ text: line(titles), style: 'bold' }] },
    ...[rule, ...cells.map(line)].map((text): Line => ({ ...emptyLine, spans: [{ text }] })),
  ];
}

function recordLines(titles: readonly string[], rows: readonly (readonly string[])[]): readonly Line[] {
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : [emptyLine]),
    ...titles.map(
      (title, at): Line => ({ indent: '', hang: '  ', spans: [{ text: `${title}: `, style: 'bold' }, { text: row[at] ?? '' }] }),
    ),
  ]);
}
