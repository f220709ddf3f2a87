import { fstatSync, statSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { LuciError } from '../../base/errors.ts';
import { forTerminal } from './safe-text.ts';

/** The one door for text to the terminal; the editor of lines (editor-screen.ts) is the other half of it. */

/** One of the two streams a command writes to. */
export interface Output {
  /** Whether a person looks at it. */
  readonly isTerminal: boolean;
  /** Columns of the terminal, where it is one. */
  readonly columns: number | undefined;
  /** A terminal gets what is safe for it ({@link forTerminal}), a pipe or a file every byte. */
  write(text: string): void;
  /** Takes the last lines of a terminal away. */
  eraseLines(count: number): void;
}

/**
 * stdout (1) or stderr (2). A pipe or a file is written to directly: making Node's stream object for one costs every start 3 ms,
 * and its writes to pipes block as well. `luci list | head -1` closes the pipe: that is the end of the work, not a failure.
 */
export function openOutput(descriptor: 1 | 2): Output {
  return isTerminal(descriptor)
    ? deviceOutput(descriptor)
    : { isTerminal: false, columns: undefined, write: (text) => writeAll(descriptor, text), eraseLines: () => undefined };
}

/** Whether a descriptor is a terminal. Pipes, files and /dev/null are told apart first: loading node:tty costs every start 2 ms. */
export function isTerminal(descriptor: number): boolean {
  return isDevice(descriptor) && isatty(descriptor);
}

function isDevice(descriptor: number): boolean {
  try {
    const found = fstatSync(descriptor);
    // On Windows all devices have the same number.
    return found.isCharacterDevice() && (process.platform === 'win32' || found.rdev !== statSync('/dev/null').rdev);
  } catch {
    return false; // The stream is closed.
  }
}

function deviceOutput(descriptor: 1 | 2): Output {
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  let isGone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    // The terminal was closed. SIGHUP ends the work where it should end; under nohup it goes on, unseen.
    isGone = true;
  });
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
    write(text) {
      if (!isGone) stream.write(forTerminal(text));
    },
    eraseLines(count) {
      if (!isGone) stream.write(`\r\x1b[${count}A\x1b[0J`);
    },
  };
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE' || code === 'EBADF') process.exit(0);
      if (code === 'EAGAIN') waitForReader();
      // News that nobody can be told are no reason to stop; a result that was not written is.
      else if (descriptor === 2) return;
      else throw unwritten(code);
    }
  }
}

/** Whoever gave us the pipe made it non-blocking, and it is full. */
function waitForReader(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

function unwritten(code: string | undefined): LuciError {
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const why = isFull ? 'the disk is full' : `the system answered ${code}`;
  return new LuciError(isFull ? 'DISK_FULL' : 'DISK_FAILED', `Cannot write the output: ${why}.`);
}
