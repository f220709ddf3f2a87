import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { abortError, sleep } from '../../base/abort.ts';
import { debugLog } from '../../base/debug-log.ts';
import { LuciError, type LuciErrorData, luciErrorFrom } from '../../base/errors.ts';
import { partPath } from '../../base/parts.ts';
import { shellWord } from '../../base/shell-word.ts';
import { formatBytes } from '../../base/units.ts';
import { isMemoryShort, loadFailure } from '../load-failure.ts';
import { residentBytesOf } from './resident-bytes.ts';
import type { TrialOutcome, TrialRecord } from './trial-record.ts';

/**
 * The first load of a file nobody has loaded here before, in a process of its own: a header can be well formed and still end the program
 * that believes it (an assertion, an endless loop, memory without end). The outcome is remembered; a file that ended its process is
 * refused by name until it is tried again on purpose.
 */

/** What the process of a trial says when it comes to its end: that the file loads, or why it does not. */
export interface TrialReport {
  readonly error?: LuciErrorData;
}

/** What a trial needs to know. */
export interface TrialOptions {
  readonly record: TrialRecord;
  readonly fingerprint: string;
  /** Memory the file should take, by its header. */
  readonly expectedBytes: number;
  /** Tries the file also when it ended a process before. */
  readonly force?: boolean;
  /** Ends the process of the trial at once. */
  readonly signal: AbortSignal;
  /** Default {@link limitsOf}. */
  readonly limits?: TrialLimits;
}

/** What a trial may take before it is ended. */
export interface TrialLimits {
  readonly timeMs: number;
  readonly memoryBytes: number;
}

/** A minute and another for each gigabyte, as a slow disk reads it; half as much memory again as expected, and 1.5 GB for the process. */
export function limitsOf(expectedBytes: number): TrialLimits {
  return { timeMs: 60_000 + (expectedBytes / 1e9) * 60_000, memoryBytes: expectedBytes * 1.5 + 1.5e9 };
}

/**
 * Loads a file in a process of its own unless that has been done.
 * @throws GGUF_BROKEN for a file that ends its process or passes a limit, now or when it was tried before; the error of the engine, with its
 * own reason, for one that does not load; the signal's when it fires
 */
export async function tryFile(file: { path: string; name: string; threads: number }, options: TrialOptions): Promise<void> {
  const { record, fingerprint, force = false } = options;
  const known = await record.find(fingerprint);
  debugLog('trial', { model: file.name, state: known ? 'remembered' : 'begun', works: known?.works, force });
  if (known?.works) return;
  if (known && !force) throw refused(file, known);
  const ended = await runTrial(file, options);
  if (ended.error) throw ended.error;
  // The machine had no room: that says nothing of the file, and is another time another way.
  if (ended.reason !== undefined && !ended.isLimit && isMemoryShort(ended.reason)) throw loadFailure(file.name, ended.reason);
  const outcome: TrialOutcome = { works: ended.reason === undefined, reason: ended.reason, at: new Date().toISOString() };
  await record.save(fingerprint, outcome);
  if (!outcome.works) throw refused(file, outcome);
}

function refused({ path, name }: { path: string; name: string }, { reason = 'no reason was given', at }: TrialOutcome): LuciError {
  return new LuciError('GGUF_BROKEN', `${name} is not loaded: it ended the process that tried it (${reason}).`, {
    hint: `luci ask --force -m ${shellWord(path)} "Hello"\nluci search`,
    details: { path, reason, triedAt: at },
  });
}

/** Nothing for a file that loads; why it does not, as the engine's error; or why the process did not live to say so. */
interface TrialEnd {
  readonly error?: LuciError;
  readonly reason?: string;
  /** Whether a limit of the trial ended it. */
  readonly isLimit?: boolean;
}

async function runTrial(
  { path, name, threads }: { path: string; name: string; threads: number },
  { signal, expectedBytes, limits = limitsOf(expectedBytes) }: TrialOptions,
): Promise<TrialEnd> {
  if (signal.aborted) throw abortError(signal);
  // Made and removed here: what ends the process of a trial leaves it no time for that. Where none can be made, one question needs none.
  const folder = await mkdtemp(join(tmpdir(), 'luci-trial-')).catch(() => join(devNull, 'none'));
  const child = spawn(process.execPath, [partPath('engine-host.mjs'), '--trial', path, name, String(threads), folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  const said = collect(child);
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const watching = new AbortController();
  const limit = watch(child.pid, limits, watching.signal).catch(() => undefined);
  try {
    const passed = await Promise.race([limit, closed.then(() => undefined)]);
    if (passed !== undefined) kill();
    const [exitCode, signalName] = await closed;
    if (signal.aborted) throw abortError(signal);
    if (passed !== undefined) return { reason: passed, isLimit: true };
    const report = reportIn(said.stdout);
    process.stderr.write(said.stderr);
    if (!report) return { reason: reasonIn(said.stderr) ?? `it ended with ${signalName ?? `status ${exitCode}`}` };
    return report.error ? { error: withReason(name, luciErrorFrom(report.error), reasonIn(said.stderr)) } : {};
  } finally {
    watching.abort();
    signal.removeEventListener('abort', kill);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** What passed a limit; ends only then, or when it is stopped. */
async function watch(pid: number | undefined, { timeMs, memoryBytes }: TrialLimits, signal: AbortSignal): Promise<string> {
  const startedAt = performance.now();
  for (;;) {
    await sleep(100, signal);
    if (performance.now() - startedAt > timeMs) return `not loaded after ${Math.round(timeMs / 1000)} s`;
    const usedBytes = pid === undefined ? 0 : await residentBytesOf(pid);
    if (usedBytes > memoryBytes) return `it took more than ${formatBytes(memoryBytes)} of memory`;
  }
}

/** The ends of what a process writes, which may be without end. */
function collect(child: ChildProcessByStdio<null, Readable, Readable>): { stdout: string; stderr: string } {
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] = (said[name] + text).slice(-64_000);
    });
  return said;
}

function reportIn(stdout: string): TrialReport | undefined {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as TrialReport;
  } catch {
    return undefined;
  }
}

/** The engine's own words for what went wrong: the first error it states, without where in its sources it stands. */
export function reasonIn(log: string): string | undefined {
  const lines = log.split('\n').map((line) => line.trim());
  const found =
    lines.find((line) =>
      /error loading model|GGML_ASSERT|terminate called|what\(\):|bad_alloc|unsupported|RangeError|heap out of memory/.test(line),
    ) ?? lines.find((line) => /^(error|fatal)\b/i.test(line));
  return found
    ?.replace(/^.*?(?=GGML_ASSERT)/, '')
    .replace(/^.*?error loading model(?: \w+)?: /, '')
    .replace(/^what\(\):\s*/, '')
    .slice(0, 200);
}

/** "could not be loaded" alone helps nobody: the engine's log has why. */
function withReason(name: string, error: LuciError, reason: string | undefined): LuciError {
  if (reason === undefined || error.message.includes(reason)) return error;
  const message = error.message.replace(/Failed to load model$/, reason);
  const { hint } = loadFailure(name, reason);
  return new LuciError(error.code, message.includes(reason) ? message : `${message} (${reason})`, {
    hint,
    details: { ...error.details, reason },
  });
}
