import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { abortError, sleep, within } from './abort.ts';
import { errnoOf } from './system-error.ts';

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

/** How long output that is still in a pipe is waited for after the program has ended. */
const outputGraceMs = 500;

/**
 * Runs a program to its end; what it started ends with it. Throws the system's error when it cannot be started (`ENOENT`), the signal's
 * when stopped.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  { environment, folder, signal, maxOutputBytes = 1e6 }: RunOptions,
): Promise<Finished> {
  if (signal?.aborted) throw abortError(signal);
  const child = spawn(file, args, {
    env: environment,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    detached: hasGroups,
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] = (output[name] + text).slice(-maxOutputBytes);
    });
  }
  // In a group of its own the terminal's Ctrl+C does not reach it, so it must not outlive a luci that leaves at once.
  const endGroup = (): void => killGroup(child, 'SIGKILL');
  process.once('exit', endGroup);
  const stop = (): void => void stopGroup(child);
  signal?.addEventListener('abort', stop, { once: true });
  // Whoever inherited the pipes may keep them open for ever: the end of the program counts, not that of its output.
  const closed = once(child, 'close').catch(() => undefined);
  try {
    // once() rejects with the child's 'error' event, which is how a program that does not exist is reported.
    const [exitCode, signalName] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    endGroup();
    await within(outputGraceMs, closed);
    if (signal?.aborted) throw abortError(signal);
    return { exitCode, signalName, ...output };
  } finally {
    child.stdout.destroy();
    child.stderr.destroy();
    process.off('exit', endGroup);
    signal?.removeEventListener('abort', stop);
  }
}

/** How long a process that was asked to leave may take. */
const defaultGraceMs = 2000;

/** Asks a process to leave (SIGTERM) and kills it after `graceMs`; done when it is gone. */
export function stopProcess(child: ChildProcess, { graceMs = defaultGraceMs }: { graceMs?: number } = {}): Promise<void> {
  return stopBy(child, graceMs, (signalName) => void child.kill(signalName));
}

/** {@link stopProcess} for the leader of a group: all of the group is asked, and killed. */
function stopGroup(child: ChildProcess): Promise<void> {
  return stopBy(child, defaultGraceMs, (signalName) => killGroup(child, signalName));
}

async function stopBy(child: ChildProcess, graceMs: number, kill: (signalName: NodeJS.Signals) => void): Promise<void> {
  if (child.pid === undefined || hasEnded(child)) return;
  const gone = once(child, 'exit');
  kill('SIGTERM');
  await Promise.race([gone, sleep(graceMs)]);
  if (hasEnded(child)) return;
  kill('SIGKILL');
  await gone;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Windows has no groups of processes to be ended as one. */
const hasGroups = process.platform !== 'win32';

function killGroup(child: ChildProcess, signalName: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (!hasGroups) return void child.kill(signalName);
  try {
    process.kill(-child.pid, signalName);
  } catch (error) {
    // Nobody of the group is left; macOS says EPERM of one that has ended and is not forgotten yet.
    if (!['ESRCH', 'EPERM'].includes(errnoOf(error) ?? '')) throw error;
  }
}
