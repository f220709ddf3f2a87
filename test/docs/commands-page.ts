import type { Command } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/command-table.ts';
import { commonFlags, type Flag, ownFlags } from '../../src/cli/flags.ts';

/** docs/commands.md and docs/luci.1, made from the table of commands. */

/** A command or a verb, by all the words of its name. */
interface Named {
  readonly path: string;
  readonly command: Command;
}

const all: readonly Named[] = commands.flatMap((command) => [
  { path: command.name, command },
  ...(command.verbs ?? []).map((verb) => ({ path: `${command.name} ${verb.name}`, command: verb })),
]);

/** The exit statuses, by what they mean. */
const exitStatuses: readonly (readonly [status: string, meaning: string])[] = [
  ['0', 'done'],
  ['1', 'a failure that has no other number'],
  ['2', 'the command line, a setting or a question cannot be meant'],
  ['3', 'there is no such model, file or source'],
  ['4', 'the network, or offline'],
  ['5', 'the disk, or somebody else holds a lock'],
  ['6', 'bytes are not what they should be'],
  ['7', 'the engine, or the memory of this machine'],
  ['8', 'a model does not hold its tier'],
  ['9', 'a test is not complete'],
  ['10', 'the steps or the time of a task are used up'],
  ['124', 'the time that was given is over'],
  ['129, 130, 143', 'stopped: the terminal closed, Ctrl+C, SIGTERM'],
];

/** As the usage line has it. */
function usageOf({ path, command }: Named): string {
  const { operands, verbs, run } = command;
  const words = run === undefined && verbs ? verbs.map(({ name }) => name).join(' | ') : operands;
  return ['luci', path, words, ownFlags(command).length > 0 ? '[flags]' : undefined].filter(Boolean).join(' ');
}

function flagText({ name, short, value }: Flag): string {
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

/** docs/commands.md */
export function commandsPage(): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const flagRows = (flags: readonly Flag[]): string[] =>
    flags.length === 0
      ? []
      : ['| flag | what it does |', '|---|---|', ...flags.map((flag) => `| \`${cell(flagText(flag))}\` | ${cell(flag.summary)} |`), ''];
  const sections = all.flatMap((named) => {
    const { path, command } = named;
    return [
      `${path.includes(' ') ? '###' : '##'} luci ${path}`,
      '',
      `    ${usageOf(named)}`,
      '',
      [
        sentence(command.summary),
        command.aliases?.length ? `Also: ${command.aliases.map((alias) => `\`${alias}\``).join(', ')}.` : '',
        command.details ?? '',
      ]
        .filter((text) => text !== '')
        .join(' ')
        .replaceAll('<', '\\<'),
      '',
      ...flagRows(ownFlags(command)),
    ];
  });
  return [
    '# Commands',
    '',
    'Made from the table in `src/cli/command-table.ts` by `npm run commands-page`, as is the manual page `docs/luci.1` (`man docs/luci.1`). On the',
    'command line `luci help COMMAND` says the same. Flags that are settings have a variable and a place in `config.json` too:',
    '[settings.md](settings.md).',
    '',
    ...sections,
    '## Flags of every command',
    '',
    ...flagRows(commonFlags()),
    '## Exit status',
    '',
    '| status | what it means |',
    '|---|---|',
    ...exitStatuses.map(([status, meaning]) => `| ${status} | ${meaning} |`),
    '',
    'Which error has which is in [library.md](library.md).',
    '',
  ].join('\n');
}

/** docs/luci.1 */
export function manualPage(): string {
  const flagLines = (flags: readonly Flag[]): string[] =>
    flags.flatMap((flag) => ['.TP', `.B ${roff(flagText(flag))}`, roff(flag.summary)]);
  const sections = all.flatMap((named) => {
    const { command } = named;
    return [
      `.SS ${roff(usageOf(named))}`,
      roff([sentence(command.summary), command.details ?? ''].filter((text) => text !== '').join(' ')),
      ...flagLines(ownFlags(command)),
    ];
  });
  return [
    '.\\" Made from the table of commands by npm run commands-page.',
    '.TH LUCI 1',
    '.SH NAME',
    'luci \\- installs open language models by name and runs them offline',
    '.SH SYNOPSIS',
    '.B luci',
    '.I command',
    '[flags]',
    '.SH COMMANDS',
    ...sections,
    '.SH FLAGS OF EVERY COMMAND',
    ...flagLines(commonFlags()),
    '.SH EXIT STATUS',
    ...exitStatuses.flatMap(([status, meaning]) => ['.TP', `.B ${status}`, roff(meaning)]),
    '.SH FILES',
    '.TP',
    '.I ~/.local/share/luci',
    'what luci keeps, on Linux (XDG_DATA_HOME/luci); LUCI_HOME or \\-\\-home names another folder',
    '.TP',
    '.I ~/.config/luci',
    'config.json, catalog.json and mcp.json, on Linux (XDG_CONFIG_HOME/luci), where no home was named',
    '.TP',
    '.I ~/.luciferai',
    'all of it on macOS and Windows, and on Linux where that folder is there already',
    '.SH EXAMPLES',
    ...all
      .filter(({ command }) => command.run && command.example !== undefined)
      .flatMap(({ path, command }) => ['.PP', roff(`luci ${path} ${command.example}`)]),
    '',
  ].join('\n');
}

/** Text that roff shows as it is: no line of it is a request, and a dash is one that can be copied. */
function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('’', '\\(cq')
    .replaceAll('…', '...');
  const plain = escaped.replace(/[\u0080-\uffff]/g, (sign) => `\\[u${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`);
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}
