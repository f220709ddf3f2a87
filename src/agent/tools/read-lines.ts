import { ToolError } from '../tool.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** Lines that are read where no last one is named. */
const defaultLines = 50;

/** `read_lines`: some lines of a text file of any size, told with their numbers. */
export const readLines: BuiltInTool = {
  order: 13,
  name: 'read_lines',
  kind: 'read',
  description: 'Read some lines of a text file, first or last ones',
  wantedBy:
    /\blines\b|\bline \d|\b(first|last|top|bottom|final)\s+(\d+|few|two|three|four|five|ten|lines?|rows?|entr(y|ies)|paragraphs?|sentences?)\b|\b(start|beginning|end|top|bottom|head|tail) of\b/i,
  parameters: textArguments(
    { path: 'file' },
    {
      from: { type: 'integer', description: 'first line; negative: from the end' },
      to: { type: 'integer', description: 'last line' },
    },
  ),
  async run(args, { workspace }) {
    const path = textOf(args, 'path');
    const from = numberOf(args['from'], 1);
    const { text, isWhole } = await workspace.readEnd(path, from < 0 ? 'last' : 'first');
    const lines = linesOf(text);
    if (lines.length === 0) return '(empty)';
    // Of a file that was read from its end the numbers of lines are not known.
    if (from < 0 && !isWhole) return `${lines.slice(from).join('\n')}\n(the last lines)`;
    const start = Math.max(1, from < 0 ? lines.length + from + 1 : from);
    const to = numberOf(args['to'], from < 0 ? lines.length : start + defaultLines - 1);
    // "-5 to 5" is what small models write for the last five.
    const isToEnd = from < 0 && to > 0 && to < start;
    const end = isToEnd ? lines.length : Math.min(to < 0 ? lines.length + to + 1 : to, lines.length);
    if (start > lines.length)
      throw new ToolError(`"${path}" has no line ${start}${isWhole ? `, only ${lines.length}` : ' in its first megabyte'}`);
    if (end < start) throw new ToolError(`the last line, ${end}, is before the first, ${start}`);
    return `${lines.slice(start - 1, end).join('\n')}\n(lines ${start} to ${end}${isWhole ? ` of ${lines.length}` : ''})`;
  },
};

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value !== 0 ? value : otherwise;
}

/** The end of a file's last line begins no other one. */
function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
