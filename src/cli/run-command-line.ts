import type { Luci } from '../app/luci.ts';
import { listenToDebugLog } from '../base/debug-log.ts';
import { isLuciError } from '../base/errors.ts';
import { isDebugOn } from '../config/environment.ts';
import type { SettingsOverrides } from '../config/settings.ts';
import type { ParsedArguments } from './arguments.ts';
import { commands } from './command-table.ts';
import { chat } from './commands/chat.ts';
import { tellVersion } from './commands/version.ts';
import { commandHelp, generalHelp } from './help.ts';
import { parseWithModels } from './model-as-command.ts';
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
    const parsed = await parseWithModels(args, commands, openLuci);
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

/** Decisions go to stderr, whatever is drawn there. */
function tellDecisions({ err, style }: Show['terminal']): void {
  listenToDebugLog((line) => err.write(`${style('dim', `debug: ${printable(line)}`)}\n`));
}

async function run(parsed: ParsedArguments, show: Show, signal: AbortSignal): Promise<number> {
  const { command, path, operands, options, everywhere, overrides } = parsed;
  const { terminal } = show;
  if (everywhere.version) return tellVersion(show);
  if (!command) {
    // Bare `luci` on a terminal is the chat.
    const isBare = !everywhere.help && process.stdin.isTTY === true && terminal.outIsTerminal;
    if (isBare) return run({ ...parsed, command: chat, path: chat.name }, show, signal);
    show.result(generalHelp(commands, terminal));
    return 0;
  }
  if (everywhere.help || !command.run) {
    show.result(commandHelp(command, path, terminal));
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
