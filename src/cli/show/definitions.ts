import type { Terminal } from './terminal.ts';
import { fill, pad, widthOf, wrap } from './text.ts';

/** Names with a text each: two columns, or on a narrow terminal the text below its name. */
export function definitions(rows: readonly (readonly [name: string, text: string])[], { columns }: Pick<Terminal, 'columns'>): string[] {
  if (columns < 70) return rows.flatMap(([name, text]) => [fill(`  ${name.trim()}`, columns), wrap(text, columns, '      ')]);
  const width = Math.max(...rows.map(([name]) => widthOf(name)));
  return rows.flatMap(([name, text]) =>
    wrap(text, columns - width - 4)
      .split('\n')
      .map((line, index) => `  ${pad(index === 0 ? name : '', width)}  ${line}`),
  );
}
