import { stripVTControlCharacters } from 'node:util';
import { eastAsianWidth } from 'get-east-asian-width';
import { textFilter } from './safe-text.ts';

/** Text of others made safe for a terminal, and fitted to its width. */

/**
 * A name, a path or a reason of others as a part of one line: what would move the cursor, recolour, end the line, or hide and turn
 * round what stands beside it is shown as a mark.
 */
export function printable(text: string): string {
  return plainText.test(text) ? text : textFilter({ isLine: true, mark: '�' })(text);
}

/** As {@link printable}, for text of several lines. */
export function printableText(text: string): string {
  return plainText.test(text) ? text : textFilter({ mark: '�' })(text);
}

/** Text in which every character is one column wide; nearly all text is, and the rules for the rest are dear to load. */
const plainText = /^[ -~]*$/;

/** Columns a text takes: wide East Asian characters and emoji count as two, combining marks as none. */
export function widthOf(text: string): number {
  if (plainText.test(text)) return text.length;
  let width = 0;
  for (const char of stripVTControlCharacters(text)) {
    if (/\p{Mn}|\p{Me}|\p{Cf}|\ufe0f/u.test(char)) continue;
    width += eastAsianWidth(char.codePointAt(0) ?? 0);
  }
  return width;
}

/** The text filled up with spaces to a width, on the side given. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'right'): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return side === 'left' ? space + text : text + space;
}

/** The text cut to a width, its end replaced by the ellipsis. */
export function cut(text: string, width: number, ellipsis: string): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const char of text) {
    if (widthOf(kept + char + ellipsis) > width) break;
    kept += char;
  }
  return kept + ellipsis;
}

/**
 * Lines no wider than a terminal. What stands apart by two spaces or more, such as commands side by side, is kept whole where a line
 * has room for it; each line keeps its indent. Words longer than a line stand alone.
 */
export function fill(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => (widthOf(line) <= width ? line : fillLine(line, width)))
    .join('\n');
}

function fillLine(line: string, width: number): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const room = width - indent.length;
  const lines: string[] = [];
  let current = '';
  for (const [piece, gap = ''] of line.trimStart().matchAll(/\S+(?: \S+)*( {2,})?/g)) {
    const part = piece.slice(0, piece.length - gap.length);
    if (current === '' || widthOf(current + part) <= room) current += piece;
    else if (widthOf(part) <= room) {
      lines.push(current);
      current = piece;
    } else current += piece; // Too long for any line: its words flow on.
    if (widthOf(current.trimEnd()) <= room) continue;
    const words = wrap(current.trimEnd(), room).split('\n');
    lines.push(...words.slice(0, -1));
    current = (words.at(-1) ?? '') + gap;
  }
  return [...lines, current].map((text) => (indent + text).trimEnd()).join('\n');
}

/** Words filled into lines of a width; words longer than a line are cut into pieces of it, so that nothing of them is lost. */
export function wrapAll(text: string, width: number): string[] {
  return wrap(text, width)
    .split('\n')
    .flatMap((line) => {
      if (widthOf(line) <= width) return [line];
      const pieces = [''];
      for (const char of line) {
        if (widthOf((pieces.at(-1) ?? '') + char) > width) pieces.push('');
        pieces[pieces.length - 1] += char;
      }
      return pieces;
    });
}

/** Words filled into lines of a width; words longer than a line stand alone. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && widthOf(`${indent}${line} ${word}`) > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line) => (line === '' ? '' : indent + line)).join('\n');
}
