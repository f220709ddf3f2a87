import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sleep, throwIfAborted } from '../../base/abort.ts';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { debugLog } from '../../base/debug-log.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { type Lock, lock } from '../../base/lock.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { partPath } from '../../base/parts.ts';
import { isAlive } from '../../base/process-life.ts';
import { readSmallFile } from '../../base/read-small-file.ts';
import { diskError, errnoOf } from '../../base/system-error.ts';
import { version } from '../../base/version.ts';
import type { HostConnection } from './connection.ts';
import { findHost, findToken, type HostOptions, spareTokenPath, tokenPath } from './find-host.ts';
import { socketPathOf } from './socket-path.ts';

/** Reaches the engine process, starting it when none is there. */

const startTimeoutMs = 10_000;
/** Has the C library of Linux ask for large pages (version 2.35 and newer; others pass over it). */
const largePages = 'glibc.malloc.hugetlb=1';

/** How the process is reached. */
export interface ReachOptions {
  readonly signal?: AbortSignal;
  /** Called when none runs and one is started. */
  readonly onStart?: () => void;
  /** See {@link threadPoolSize}. */
  readonly poolSize?: number;
}

/** A connection to a process of this version, started when needed. */
export async function reachHost(options: HostOptions, { signal, onStart, poolSize = 1 }: ReachOptions = {}): Promise<HostConnection> {
  const running = await findHost(options, { toWork: true });
  if (running?.state === 'welcome') {
    debugLog('host', { state: 'found', process: running.pid });
    return running;
  }
  // The lock covers the key, looking, clearing the stale socket and starting: a loser must neither change the winner's key nor
  // unlink its fresh socket.
  await using _held = await lockStart(options, signal);
  const meanwhile = await findHost(options, { toWork: true });
  if (meanwhile?.state === 'welcome') return meanwhile;
  if (meanwhile) await dismiss(meanwhile);
  const keyPath = findToken(options)?.path ?? (await makeToken(options));
  const socketPath = socketPathOf(options.home, options.runtimeFolder);
  if (process.platform !== 'win32') rmSync(socketPath, { force: true });
  onStart?.();
  // Awaited, or the lock would be let go of while the process still starts.
  return await start(options, { socketPath, keyPath, poolSize }, signal);
}

/** Asks a process to leave and waits until it is gone; after two seconds it is ended. */
export async function dismiss(connection: HostConnection): Promise<void> {
  const { pid } = connection;
  void connection.request({ type: 'leave' }).result.catch(() => undefined);
  for (let waitedMs = 0; waitedMs < 2000; waitedMs += 20) {
    if (!isAlive(pid)) return;
    await sleep(20);
  }
  killIfThere(pid);
}

/** It may have left between the look and the signal: gone is what was wanted. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

/** In a home that cannot be written, or has no room, the lock lies beside the socket. */
async function lockStart(options: HostOptions, signal: AbortSignal | undefined): Promise<Lock> {
  const how = { waitMs: startTimeoutMs * 2, signal };
  return lock(join(options.stateFolder, 'engine.lock'), how).catch((error: unknown) => {
    if (!isUnwritable(error)) throw error;
    return lock(spareTokenPath(options).replace(/token$/, 'lock'), how);
  });
}

/** On Windows there is no folder beside the socket. */
function isUnwritable(error: unknown): boolean {
  return process.platform !== 'win32' && (isLuciError(error, 'DISK_FULL') || isLuciError(error, 'DISK_DENIED'));
}

/** Where the process listens, and the file of its key. */
interface Places {
  readonly socketPath: string;
  readonly keyPath: string;
}

async function start(
  options: HostOptions,
  { socketPath, keyPath, poolSize }: Places & { readonly poolSize: number },
  signal: AbortSignal | undefined,
): Promise<HostConnection> {
  const logPath = join(options.logsFolder, 'engine.log');
  const log = await openLog(logPath);
  const args = [
    partPath('engine-host.mjs'),
    socketPath,
    keyPath,
    version,
    options.stateFolder,
    String(options.memoryBudgetBytes ?? ''),
    String(poolSize),
  ];
  // What it loads asks for a home folder, and the system knows none of an account without an entry.
  // Weights that the library unpacks stand in pages of 2 MB where the system asks for them (most Linux systems do): all are read for every token.
  const environment = { HOME: options.home, GLIBC_TUNABLES: largePages, ...options.environment(), UV_THREADPOOL_SIZE: String(poolSize) };
  debugLog('host', { state: 'starting', socket: socketPath, log: logPath });
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: environment,
    cwd: options.home,
    windowsHide: true,
  });
  if (log !== 'ignore') closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = error.message;
  });
  child.once('exit', (exitCode, signalName) => {
    ended = `exit ${exitCode ?? signalName}`;
  });
  child.unref();
  for (const startedAt = performance.now(); performance.now() - startedAt < startTimeoutMs; await sleep(15)) {
    throwIfAborted(signal);
    const connection = await findHost(options, { toWork: true });
    if (connection) return connection;
    if (ended !== undefined) break;
  }
  if (child.pid !== undefined && ended === undefined) killIfThere(child.pid);
  throw new LuciError(
    'ENGINE_FAILED',
    `The engine process did not start (${ended ?? `silent for ${startTimeoutMs / 1000} s`}): ${lastLine(logPath)}`,
    {
      hint: `Its log: ${logPath}`,
    },
  );
}

/** The log of the last run is kept; a log that grew large is started anew. Without room or rights there is none. */
async function openLog(path: string): Promise<number | 'ignore'> {
  try {
    await makeFolder(dirname(path));
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && !found.isFile()) return 'ignore'; // Whoever opens a named pipe waits for its other end.
    return openSync(path, (found?.size ?? 0) > 5e6 ? 'w' : 'a', 0o600);
  } catch (error) {
    const told = diskError(error, path, "write the engine's log");
    if (isUnwritable(told)) return 'ignore';
    throw told;
  }
}

function lastLine(path: string): string {
  try {
    const lines = (readSmallFile(path) ?? '').trimEnd().split('\n');
    return lines.findLast((line) => /error/i.test(line))?.slice(0, 200) ?? 'no reason given';
  } catch {
    return 'no reason given';
  }
}

/** A secret only this user can read; on Windows everybody can open a named pipe. Returns its file. */
async function makeToken(options: HostOptions): Promise<string> {
  const path = tokenPath(options);
  return writeToken(path).catch((error: unknown) => {
    if (!isUnwritable(error)) throw error;
    return writeToken(spareTokenPath(options));
  });
}

async function writeToken(path: string): Promise<string> {
  try {
    await writeFileAtomic(path, randomBytes(32).toString('hex'), { mode: 0o600 });
    return path;
  } catch (error) {
    throw diskError(error, path, "write the engine's key");
  }
}
