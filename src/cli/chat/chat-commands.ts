import { LuciError } from '../../base/errors.ts';
import { nearest } from '../nearest.ts';
import { definitions } from '../show/definitions.ts';
import type { Terminal } from '../show/terminal.ts';
import { printable } from '../show/text.ts';
import type { ChatCommand, ChatCommandContext } from './chat-command.ts';
import { keptCommands } from './commands/kept-commands.ts';
import { lookCommands } from './commands/look-commands.ts';
import { modelCommands } from './commands/model-commands.ts';
import { turnCommands } from './commands/turn-commands.ts';

/** What begins with a slash in a chat: the one table of it. */
export const chatCommands: readonly ChatCommand[] = [
  {
    name: 'help',
    aliases: ['?'],
    operands: '[COMMAND]',
    completes: 'command',
    help: 'this list',
    run: async ({ show }, name) => show.note(name === '' ? helpText(show.terminal) : helpOf(find(name.replace(/^\//, '')), show.terminal)),
  },
  ...modelCommands,
  ...lookCommands,
  ...turnCommands,
  ...keptCommands,
  { name: 'quit', aliases: ['exit', 'bye', 'q'], help: 'leave (also Ctrl+D)', run: async () => 'leave' },
];

/** Runs a line that begins with a slash. Returns whether the chat goes on. @throws USAGE for a command there is not, with the nearest */
export async function runChatCommand(line: string, context: ChatCommandContext): Promise<boolean> {
  const [, name = '', operand = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(line.trim()) ?? [];
  return (await find(name).run(context, operand.trim())) !== 'leave';
}

function find(name: string): ChatCommand {
  const command = chatCommands.find((candidate) => candidate.name === name || candidate.aliases?.includes(name));
  if (command) return command;
  const names = chatCommands.map((candidate) => candidate.name);
  const [close] = nearest(name, names, 1);
  throw new LuciError('USAGE', `There is no /${printable(name)}.${close ? ` Did you mean /${close}?` : ''}`, { hint: '/help' });
}

function rowOf({ name, operands, help }: ChatCommand): [string, string] {
  return [`/${name}${operands ? ` ${operands}` : ''}`, help];
}

function helpOf(command: ChatCommand, terminal: Terminal): string {
  const others = (command.aliases ?? []).map((name) => `/${name}`).join(', ');
  return [...definitions([rowOf(command)], terminal), ...(others === '' ? [] : [`  also: ${others}`])].join('\n');
}

function helpText(terminal: Terminal): string {
  const typing =
    'Ctrl+C stops an answer. A \\ at the end of a line goes on; """ begins and ends a block of lines; pasted lines are one message. Tab completes commands and their operands; Ctrl+G opens your editor ($EDITOR).';
  const alone = 'luci itself answers, without a model: time, date, memory, disk, models, 15% of 80, 5 km in miles, list FOLDER, read FILE.';
  return [...definitions(chatCommands.map(rowOf), terminal), `  ${typing}`, `  ${alone}`].join('\n');
}
