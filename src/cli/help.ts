import type { Command } from './command.ts';
import { commonFlags, type Flag, ownFlags } from './flags.ts';
import { definitions } from './show/definitions.ts';
import type { Terminal } from './show/terminal.ts';
import { wrap } from './show/text.ts';

/** Help, made from the table of commands. */

/** In the list of all commands, longer ones are left to the command's own help. */
const maxOperandsWidth = 18;

/** What `luci --help` prints. */
export function generalHelp(commands: readonly Command[], terminal: Terminal): string {
  const { ellipsis } = terminal.marks;
  const listed = commands.filter(({ isListed = true }) => isListed);
  const rows = listed.map((command): [string, string] => {
    const operands = operandsText(command);
    return [`${command.name} ${operands.length > maxOperandsWidth ? ellipsis : operands}`, command.summary];
  });
  return [
    wrap('luci installs open language models by name and runs them offline.', terminal.columns),
    '',
    'Usage: luci <command> [flags]',
    '',
    ...definitions(rows, terminal),
    '',
    'Flags of every command:',
    ...flagLines(commonFlags(), terminal),
    '',
    'luci <command> --help says more.',
    'Start here:  luci ask "What is the capital of France?"',
  ].join('\n');
}

/** What `luci <command> --help` prints, and `luci <command> <verb> --help`. */
export function commandHelp(command: Command, path: string, terminal: Terminal): string {
  const flags = ownFlags(command);
  const own = flags.length > 0 ? ['', 'Flags:', ...flagLines(flags, terminal)] : [];
  const aliases = command.aliases?.length ? [`Also: ${command.aliases.join(', ')}`] : [];
  return [
    `Usage: luci ${[path, operandsText(command), flags.length > 0 ? '[flags]' : undefined].filter(Boolean).join(' ')}`,
    '',
    wrap(`${command.summary[0]?.toUpperCase()}${command.summary.slice(1)}.`, terminal.columns),
    ...aliases,
    ...(command.details ? ['', wrap(command.details, terminal.columns)] : []),
    ...verbLines(command, path, terminal),
    ...own,
    '',
    'Flags of every command:',
    ...flagLines(commonFlags(), terminal),
  ].join('\n');
}

/** What may stand after the name: operands, or the verbs. */
function operandsText({ operands, verbs = [], defaultVerb }: Command): string {
  const names = verbs.map(({ name }) => (name === defaultVerb ? `[${name}]` : name)).join(' | ');
  return [operands, names].filter(Boolean).join(' | ');
}

function verbLines({ verbs = [] }: Command, path: string, terminal: Terminal): string[] {
  if (verbs.length === 0) return [];
  const rows = verbs.map(({ name, operands = '', summary }): [string, string] => [`${name} ${operands}`.trimEnd(), summary]);
  return ['', ...definitions(rows, terminal), '', wrap(`luci ${path} <verb> --help says more of each.`, terminal.columns)];
}

function flagLines(flags: readonly Flag[], terminal: Terminal): string[] {
  const rows = flags.map(({ name, short, value, summary }): [string, string] => [
    `${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
    summary,
  ]);
  return definitions(rows, terminal);
}
