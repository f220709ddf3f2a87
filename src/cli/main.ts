import type { Luci } from '../app/luci.ts';
import { stopError } from '../base/abort.ts';
import { isLuciError, LuciError } from '../base/errors.ts';
import { version } from '../base/version.ts';
import type { SettingsOverrides } from '../config/resolve-settings.ts';
import { overridesOf, type ParsedArguments, parseArguments } from './arguments.ts';
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
  let debug = args.includes('--debug');
  try {
    const parsed = parseArguments(args, commands);
    const { options } = parsed;
    debug = options['debug'] === true;
    show = createShow(show.terminal, {
      quiet: options['quiet'] === true,
      json: options['json'] === true,
    });
    return await run(parsed, show, controller.signal);
  } catch (error) {
    show.live([]);
    show.error(error, debug);
    return isLuciError(error) ? error.exitCode : 1;
  }
}

async function run({ command, operands, options }: ParsedArguments, show: Show, signal: AbortSignal): Promise<number> {
  const { terminal } = show;
  if (options['version'] === true) {
    if (show.json) show.data({ version, node: process.versions.node, platform: process.platform, arch: process.arch });
    else show.result(`luci ${version}`);
    return 0;
  }
  if (!command) {
    // Bare `luci` on a terminal is the chat.
    const isBare = options['help'] !== true && operands.length === 0 && process.stdin.isTTY === true && terminal.outIsTerminal;
    if (isBare) return run({ command: chat, operands, options }, show, signal);
    if (options['help'] !== true && operands.length > 0) throw new LuciError('USAGE', 'No command is named.', { hint: 'luci --help' });
    show.result(generalHelp(commands, terminal));
    return 0;
  }
  if (options['help'] === true) {
    show.result(commandHelp(command, terminal));
    return 0;
  }
  let luci: Promise<Luci> | undefined;
  const open = async (overrides: SettingsOverrides = {}): Promise<Luci> => {
    const { createLuci, defaultSettings } = await import('../app/create-luci.ts');
    return createLuci(defaultSettings({ ...overridesOf(options), ...overrides }));
  };
  try {
    const context = { operands, options, show, signal, yes: options['yes'] === true };
    return await command.run({ ...context, luci: (overrides) => (luci ??= open(overrides)) });
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
