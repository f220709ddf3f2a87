import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { abortError, sleep } from './abort.ts';

/** Programs of others: run to the end, and the one ladder that stops them. */

/** What a program left behind. */
export interface Finished {
  readonly exitCode: number | null;
  readonly signalName: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@link runProgram}. */
export interface RunOptions {
  /** The whole environment of the child, nothing is inherited; see `childEnvironment` in config. */
  readonly environment: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly signal?: AbortSignal;
  /** Output beyond this many bytes a stream is dropped from the front (default 1 MB). */
  readonly maxOutputBytes?: number;
}

/** Runs a program to its end. Throws the system's error when it cannot be started (`ENOENT`), the signal's when stopped. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { environment, folder, signal, maxOutputBytes = 1e6 }: RunOptions,
): Promise<Finished> {
  if (signal?.aborted) throw abortError(signal);
  const child = spawn(file, args, { env: environment, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] = (output[name] + text).slice(-maxOutputBytes);
    });
  }
  const stop = (): void => void stopProcess(child);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    // once() rejects with the child's 'error' event, which is how a program that does not exist is reported.
    const [exitCode, signalName] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (signal?.aborted) throw abortError(signal);
    return { exitCode, signalName, ...output };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Asks a process to leave (SIGTERM) and kills it after `graceMs`; done when it is gone. */
export async function stopProcess(child: ChildProcess, { graceMs = 2000 }: { graceMs?: number } = {}): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([gone, sleep(graceMs)]);
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await gone;
  }
}
