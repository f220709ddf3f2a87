import { stopError } from '../base/abort.ts';
import { isLuciError } from '../base/errors.ts';
import { leaveClosedTerminals } from './hang-up.ts';
import { isInterruptTaken } from './interrupts.ts';
import { runCommandLine } from './run-command-line.ts';
import { currentTerminal } from './show/terminal.ts';

/** The program: signals, one command line, the exit status. Nothing else sets them. */

// SIGBREAK is Ctrl+Break of Windows; elsewhere it never comes.
const signals = { SIGINT: 'CANCELLED', SIGBREAK: 'CANCELLED', SIGTERM: 'TERMINATED', SIGHUP: 'HUNG_UP' } as const;

async function main(args: readonly string[]): Promise<number> {
  const controller = new AbortController();
  for (const [name, code] of Object.entries(signals)) {
    process.on(name, () => {
      if (code === 'CANCELLED' && isInterruptTaken()) return;
      // The second Ctrl+C never waits for anything.
      if (controller.signal.aborted && code === 'CANCELLED') process.exit(130);
      controller.abort(stopError(code, code === 'CANCELLED' ? 'Cancelled.' : 'Stopped.'));
    });
  }
  leaveClosedTerminals(() => isLuciError(controller.signal.reason, 'HUNG_UP'));
  return runCommandLine(args, {
    terminal: currentTerminal({ noColour: args.includes('--no-color'), isPlain: args.includes('--plain') }),
    signal: controller.signal,
  });
}

main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
  // Pipes are flushed by letting the loop run dry; whatever keeps it alive after that is not worth waiting for.
  setTimeout(() => process.exit(), 1000).unref();
});
