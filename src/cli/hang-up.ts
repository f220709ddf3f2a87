import type { EventEmitter } from 'node:events';
import { closeSync } from 'node:fs';
import { stopError } from '../base/abort.ts';
import { isTerminal } from './show/output.ts';

/** A terminal that is closed while a command runs in it: what reads from it is told, and the process ends as it should. */

/**
 * Fires with HUNG_UP when whoever types is gone: the terminal was closed, the connection broke. Without a listener such an error of the
 * reader is an exception nobody catches, and SIGHUP may come after it or not at all. `isTerminal` says that lines are edited key by key.
 */
export function goneSignal(lines: EventEmitter, { isTerminal: isEdited }: { isTerminal: boolean }): AbortSignal {
  const gone = new AbortController();
  const hungUp = (): void => gone.abort(stopError('HUNG_UP', 'Stopped.'));
  lines.on('error', hungUp);
  // The editor of lines gets Ctrl+D as a key: only a terminal that is gone has an end.
  if (isEdited) process.stdin.once('end', hungUp);
  return gone.signal;
}

/**
 * Lets go of terminals that were closed, at the very end. Node sets back the modes of its terminals when it leaves; of one that is gone
 * the system answers EIO, which it takes for impossible: it aborts, and reading the stack for its last words it often crashes besides
 * (seen with 20.20). Descriptors that are closed it passes over.
 */
export function leaveClosedTerminals(isHungUp: () => boolean): void {
  // Elsewhere Node sets nothing back.
  if (process.platform === 'win32') return;
  const terminals = [0, 1, 2].filter(isTerminal);
  if (terminals.length === 0) return;
  process.on('exit', () => {
    // One whose SIGHUP has come may be gone in the next moment.
    for (const descriptor of terminals) if (isHungUp() || !isTerminal(descriptor)) closeSync(descriptor);
  });
}
