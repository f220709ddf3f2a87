import type { Luci } from '../app/luci.ts';
import { stopError } from '../base/abort.ts';
import { listenToDebugLog } from '../base/debug-log.ts';
import { isLuciError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { isDebugOn } from '../config/environment.ts';
import { type ParsedArguments, parseArguments } from './arguments.ts';
import { commands } from './command-table.ts';
import { chat } from './commands/chat.ts';
import { leaveClosedTerminals } from './hang-up.ts';
import { commandHelp, generalHelp } from './help.ts';
import { createShow, type Show } from './show/show.ts';
import { currentTerminal } from './show/terminal.ts';
import { printable } from './show/text.ts';

/** The program: parses, runs one command, sets the exit status. Nothing else does. */

// SIGBREAK is Ctrl+Break of Windows; elsewhere it never comes.
const signals = { SIGINT: 'CANCELLED', SIGBREAK: 'CANCELLED', SIGTERM: 'TERMINATED', SIGHUP: 'HUNG_UP' } as const;

async function main(args: readonly string[]): Promise<number> {
  const controller = new AbortController();
  for (const [name, code] of Object.entries(signals)) {
    process.on(name, () => {
      // The second Ctrl+C never waits for anything.
      if (controller.signal.aborted && code === 'CANCELLED') process.exit(130);
      controller.abort(stopError(code, code === 'CANCELLED' ? 'Cancelled.' : 'Stopped.'));
    });
  }
  leaveClosedTerminals(() => isLuciError(controller.signal.reason, 'HUNG_UP'));
  // Before the flags are known, errors are told in the plainest way that was asked for.
  let show = createShow(currentTerminal({ noColour: args.includes('--no-color') }), { json: args.includes('--json') });
  let debug = args.includes('--debug') || isDebugOn();
  try {
    const parsed = parseArguments(args, commands);
    const { everywhere, overrides } = parsed;
    debug = overrides.debug ?? isDebugOn();
    if (debug) tellDecisions(show.terminal);
    show = createShow(show.terminal, { quiet: everywhere.quiet, json: everywhere.json });
    return await run(parsed, show, controller.signal);
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
  if (everywhere.version) {
    if (show.json) show.data({ version, node: process.versions.node, platform: process.platform, arch: process.arch });
    else show.result(`luci ${version}`);
    return 0;
  }
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
  const open = async (): Promise<Luci> => {
    const { createLuci, defaultSettings } = await import('../app/create-luci.ts');
    return createLuci(defaultSettings(overrides));
  };
  try {
    return await command.run({ operands, options, show, signal, yes: everywhere.yes === true, luci: () => (luci ??= open()) });
  } finally {
    const opened = await luci?.catch(() => undefined);
    // The doctor lists them itself.
    if (opened && command.name !== 'doctor') await tellCatalogProblems(opened, show);
    await opened?.[Symbol.asyncDispose]();
  }
}

/** Entries of the user's own catalogue that luci cannot use: said whenever the catalogue was, and never in the way. */
async function tellCatalogProblems(luci: Luci, show: Show): Promise<void> {
  const [first, ...more] = luci.models.catalogProblems();
  if (!first) return;
  const { problemText } = await import('../catalog/load-catalog.ts');
  const rest = more.length === 0 ? '' : `\n  luci doctor names the other ${more.length}`;
  show.note(`${show.terminal.style('care', printable(problemText(first)))}${rest}`);
}

main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
  // Pipes are flushed by letting the loop run dry; whatever keeps it alive after that is not worth waiting for.
  setTimeout(() => process.exit(), 1000).unref();
});
