import { globalOptions } from './arguments.ts';
import type { Command, Option } from './command.ts';
import type { Terminal } from './show/terminal.ts';
import { fill, pad, widthOf, wrap } from './show/text.ts';

/** Help, made from the table of commands. */

/** In the list of all commands, longer ones are left to the command's own help. */
const longestOperands = 18;

/** What `luci --help` prints. */
export function generalHelp(commands: readonly Command[], terminal: Terminal): string {
  const { ellipsis } = terminal.marks;
  const rows = commands.map(({ name, operands = '', summary }) => [
    `${name} ${operands.length > longestOperands ? ellipsis : operands}`,
    summary,
  ]);
  return [
    wrap('luci installs open language models by name and runs them offline.', terminal.columns),
    '',
    'Usage: luci <command> [flags]',
    '',
    ...list(rows, terminal),
    '',
    'Flags of every command:',
    ...optionLines(globalOptions, terminal),
    '',
    'luci <command> --help says more.',
    'Start here:  luci ask "What is the capital of France?"',
  ].join('\n');
}

/** What `luci <command> --help` prints. */
export function commandHelp(command: Command, terminal: Terminal): string {
  const own = command.options ? ['', 'Flags:', ...optionLines(command.options, terminal)] : [];
  const aliases = command.aliases?.length ? [`Also: ${command.aliases.join(', ')}`] : [];
  return [
    `Usage: luci ${[command.name, command.operands, command.options ? '[flags]' : undefined].filter(Boolean).join(' ')}`,
    '',
    wrap(`${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`, terminal.columns),
    ...aliases,
    ...(command.details ? ['', wrap(command.details, terminal.columns)] : []),
    ...own,
    '',
    'Flags of every command:',
    ...optionLines(globalOptions, terminal),
  ].join('\n');
}

function optionLines(options: Readonly<Record<string, Option>>, terminal: Terminal): string[] {
  const rows = Object.entries(options).map(([name, { short, value, summary }]) => [
    `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
    summary,
  ]);
  return list(rows, terminal);
}

/** Two columns; on a narrow terminal the text goes below its name. */
function list(rows: readonly (readonly string[])[], { columns }: Terminal): string[] {
  if (columns < 70) return rows.flatMap(([name = '', text = '']) => [fill(`  ${name.trim()}`, columns), wrap(text, columns, '      ')]);
  const width = Math.max(...rows.map(([name = '']) => widthOf(name)));
  return rows.flatMap(([name = '', text = '']) =>
    wrap(text, columns - width - 4)
      .split('\n')
      .map((line, index) => `  ${pad(index === 0 ? name : '', width)}  ${line}`),
  );
}
