import { globalOptions } from './arguments.ts';
import type { Command, Option } from './command.ts';
import { definitions } from './show/definitions.ts';
import type { Terminal } from './show/terminal.ts';
import { wrap } from './show/text.ts';

/** Help, made from the table of commands. */

/** In the list of all commands, longer ones are left to the command's own help. */
const longestOperands = 18;

/** What `luci --help` prints. */
export function generalHelp(commands: readonly Command[], terminal: Terminal): string {
  const { ellipsis } = terminal.marks;
  const rows = commands.map(({ name, operands = '', summary }): [string, string] => [
    `${name} ${operands.length > longestOperands ? ellipsis : operands}`,
    summary,
  ]);
  return [
    wrap('luci installs open language models by name and runs them offline.', terminal.columns),
    '',
    'Usage: luci <command> [flags]',
    '',
    ...definitions(rows, terminal),
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
  const rows = Object.entries(options).map(([name, { short, value, summary }]): [string, string] => [
    `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
    summary,
  ]);
  return definitions(rows, terminal);
}
