import type { Style, Terminal } from '../terminal.ts';
import { widthOf } from '../text.ts';
import type { Line } from './lines.ts';

/** Lines that grow, on a terminal: each character is written once, and nothing is drawn over. */
export interface LineWriter {
  /** What is new in the lines since they were written last, broken between words. */
  write(lines: readonly Line[]): string;
  /** The first lines are finished, and are given no more. */
  drop(count: number): void;
}

/** A character, or a space between words, in its style. */
interface Cell {
  readonly char: string;
  readonly style: Style | undefined;
}

/** A writer that stands at the beginning of a line. */
export function createLineWriter({ style, columns }: { readonly style: Terminal['style']; readonly columns: () => number }): LineWriter {
  /** The line that is written, and how many of its characters are. */
  let current = -1;
  let written = 0;
  let isFirst = true;
  let column = 0;
  let gap: Cell[] = [];
  let out: Cell[] = [];

  const emit = (cells: readonly Cell[]): void => void out.push(...cells);
  const put = (text: string): void => emit([{ char: text, style: undefined }]);

  function begin(line: Line): void {
    if (!isFirst) put('\n');
    isFirst = false;
    gap = [];
    written = 0;
    put(line.indent);
    column = widthOf(line.indent);
  }

  function breakLine(hang: string): void {
    put(`\n${hang}`);
    column = widthOf(hang);
    gap = [];
  }

  /** A word behind its gap, or on the next line; one longer than a line is broken where the line ends. */
  function place(word: readonly Cell[], hang: string): void {
    const start = widthOf(hang);
    if (column + gap.length + widthOf(word.map(({ char }) => char).join('')) > columns() && column > start) breakLine(hang);
    emit(gap);
    column += gap.length;
    gap = [];
    for (const cell of word) {
      const width = widthOf(cell.char);
      if (column + width > columns() && column > start) breakLine(hang);
      emit([cell]);
      column += width;
    }
  }

  function writeCells(cells: readonly Cell[], hang: string): void {
    let word: Cell[] = [];
    const end = (): void => {
      if (word.length > 0) place(word, hang);
      word = [];
    };
    for (const cell of cells) {
      const isSpace = cell.char === ' ' || cell.char === '\t';
      if (isSpace || widthOf(cell.char) > 1) end();
      if (isSpace) gap.push({ char: ' ', style: cell.style });
      else word.push(cell);
    }
    end();
  }

  function grow(line: Line): void {
    const cells = line.spans.flatMap(({ text, style: own }) => [...text].map((char): Cell => ({ char, style: own })));
    const fresh = cells.slice(written);
    written = Math.max(written, cells.length);
    if (line.isCode) emit(fresh);
    else writeCells(fresh, widthOf(line.hang) > columns() / 2 ? '' : line.hang);
  }

  return {
    write(lines) {
      out = [];
      // What became fewer lines, as words that turn out to be a heading, is not written again, and hides nothing that follows.
      if (current >= lines.length) [current, written] = [lines.length - 1, Number.POSITIVE_INFINITY];
      for (let index = Math.max(0, current); index < lines.length; index += 1) {
        const line = lines[index];
        if (!line) continue;
        if (index > current) begin(line);
        current = index;
        grow(line);
      }
      return styled(out, style);
    },
    drop(count) {
      current -= count;
    },
  };
}

/** Cells as text, with the codes of each run of one style. */
function styled(cells: readonly Cell[], style: Terminal['style']): string {
  const runs: { text: string; style: Style | undefined }[] = [];
  for (const cell of cells) {
    const last = runs.at(-1);
    if (last && last.style === cell.style) last.text += cell.char;
    else runs.push({ text: cell.char, style: cell.style });
  }
  return runs.map((run) => (run.style ? style(run.style, run.text, 'out') : run.text)).join('');
}
