import { parseArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { commandHelp, generalHelp } from '../help.ts';

/** `luci help`: what `--help` prints, by another habit. */
export const help = defineCommand({
  name: 'help',
  operands: '[command] [verb]',
  example: 'install',
  summary: 'what a command does, as luci <command> --help',
  async run({ operands, show }) {
    // The table names this command, so it is asked for late.
    const { commands } = await import('../command-table.ts');
    const { command, path } = parseArguments([...operands, '--help'], commands);
    show.result(command ? commandHelp(command, path, show.terminal) : generalHelp(commands, show.terminal));
    return 0;
  },
});
