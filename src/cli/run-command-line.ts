import type { Luci } from '../app/luci.ts';
import { listenToDebugLog } from '../base/debug-log.ts';
import { isLuciError } from '../base/errors.ts';
import { isDebugOn } from '../config/environment.ts';
import type { SettingsOverrides } from '../config/settings.ts';
import { type ParsedArguments, parseArguments, unknownCommand } from './arguments.ts';
import type { Command } from './command.ts';
import { ask } from './commands/ask.ts';
import { list } from './commands/list.ts';
import { tellVersion } from './commands/version.ts';
import { createShow, type Show } from './show/show.ts';
import type { Terminal } from './show/terminal.ts';
import { printable } from './show/text.ts';

/** One command line: parsed, run, and its exit status. Knows neither this process's signals nor its end. */

/** What a command line is run with. */
export interface CommandLineOptions {
  readonly terminal: Terminal;
  /** Fires with the reason as LuciError. */
  readonly signal: AbortSignal;
}

/** Parses a command line and runs its command; every failure is told on the terminal. Returns the exit status. */
export async function runCommandLine(args: readonly string[], { terminal, signal }: CommandLineOptions): Promise<number> {
  // Before the flags are known, errors are told in the plainest way that was asked for.
  let show = createShow(terminal, { json: args.includes('--json') });
  let debug = args.includes('--debug') || isDebugOn();
  try {
    const parsed = await parse(args);
    const { everywhere, overrides } = parsed;
    debug = overrides.debug ?? isDebugOn();
    if (debug) tellDecisions(terminal);
    show = createShow(terminal, { quiet: everywhere.quiet, json: everywhere.json, home: overrides.home });
    return await run(parsed, show, signal);
  } catch (error) {
    show.live([]);
    show.error(error, debug);
    return isLuciError(error) ? error.exitCode : 1;
  }
}

/** The commands that are started most. The others are read where one of them is meant: that takes 3 ms. */
const usual = [ask, list];

async function parse(args: readonly string[]): Promise<ParsedArguments> {
  if (unknownCommand(args, usual) === undefined) {
    const parsed = parseArguments(args, usual);
    if (parsed.command || parsed.everywhere.version) return parsed;
  }
  const [{ commands }, { parseWithModels }] = await Promise.all([import('./command-table.ts'), import('./model-as-command.ts')]);
  return parseWithModels(args, commands, openLuci);
}

/** Decisions go to stderr, whatever is drawn there. */
function tellDecisions({ err, style }: Show['terminal']): void {
  listenToDebugLog((line) => err.write(`${style('dim', `debug: ${printable(line)}`)}\n`));
}

async function run(parsed: ParsedArguments, show: Show, signal: AbortSignal): Promise<number> {
  const { command, path, operands, options, everywhere, overrides } = parsed;
  const { terminal } = show;
  if (everywhere.version) return tellVersion(show);
  // Bare `luci` on a terminal is the chat.
  if (!command && !everywhere.help && process.stdin.isTTY === true && terminal.outIsTerminal) {
    const { chat } = await import('./commands/chat.ts');
    return run({ ...parsed, command: chat, path: chat.name }, show, signal);
  }
  if (!command?.run || everywhere.help) {
    show.result(await helpOf(command, path, terminal));
    return 0;
  }
  let luci: Promise<Luci> | undefined;
  try {
    const open = (): Promise<Luci> => (luci ??= openLuci(overrides));
    return await command.run({ operands, options, show, signal, overrides, yes: everywhere.yes === true, luci: open });
  } finally {
    const opened = await luci?.catch(() => undefined);
    // The doctor lists them itself.
    if (opened && command.name !== 'doctor') await tellCatalogProblems(opened, show);
    await opened?.[Symbol.asyncDispose]();
  }
}

async function helpOf(command: Command | undefined, path: string, terminal: Terminal): Promise<string> {
  const { commandHelp, generalHelp } = await import('./help.ts');
  if (command) return commandHelp(command, path, terminal);
  const { commands } = await import('./command-table.ts');
  return generalHelp(commands, terminal);
}

async function openLuci(overrides: SettingsOverrides): Promise<Luci> {
  const { createLuci, defaultSettings } = await import('../app/create-luci.ts');
  return createLuci(defaultSettings(overrides));
}

/** Entries of the user's own catalogue that luci cannot use: said whenever the catalogue was, and never in the way. */
async function tellCatalogProblems(luci: Luci, show: Show): Promise<void> {
  const [first, ...more] = luci.models.catalogProblems();
  if (!first) return;
  const { problemText } = await import('../catalog/load-catalog.ts');
  const rest = more.length === 0 ? '' : `\n  luci doctor names the other ${more.length}`;
  show.note(`${show.terminal.style('care', printable(problemText(first)))}${rest}`);
}
