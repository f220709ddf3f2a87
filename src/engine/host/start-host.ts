import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, throwIfAborted } from '../../base/abort.ts';
import { debugLog } from '../../base/debug-log.ts';
import { LuciError } from '../../base/errors.ts';
import { isAlive, lock } from '../../base/lock.ts';
import { partPath } from '../../base/parts.ts';
import { diskError, errnoOf } from '../../base/system-error.ts';
import { version } from '../../base/version.ts';
import type { HostConnection } from './connection.ts';
import { findHost, type HostOptions, readToken, tokenPath } from './find-host.ts';
import { socketPathOf } from './socket-path.ts';

/** Reaches the engine process, starting it when none is there. */

const startTimeoutMs = 10_000;

/** How the process is reached. */
export interface ReachOptions {
  readonly signal?: AbortSignal;
  /** Called when none runs and one is started. */
  readonly onStart?: () => void;
}

/** A connection to a process of this version, started when needed. */
export async function reachHost(options: HostOptions, { signal, onStart }: ReachOptions = {}): Promise<HostConnection> {
  const running = await findHost(options, { toWork: true });
  if (running?.state === 'welcome') {
    debugLog('host', { state: 'found', process: running.pid });
    return running;
  }
  // The lock covers the key, looking, clearing the stale socket and starting: a loser must neither change the winner's key nor
  // unlink its fresh socket.
  await using _held = await lock(join(options.stateFolder, 'engine.lock'), { waitMs: startTimeoutMs * 2, signal });
  const meanwhile = await findHost(options, { toWork: true });
  if (meanwhile?.state === 'welcome') return meanwhile;
  if (meanwhile) await dismiss(meanwhile);
  await makeToken(options);
  const socketPath = socketPathOf(options.home, options.runtimeFolder);
  if (process.platform !== 'win32') rmSync(socketPath, { force: true });
  onStart?.();
  // Awaited, or the lock would be let go of while the process still starts.
  return await start(options, socketPath, signal);
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

async function start(options: HostOptions, socketPath: string, signal: AbortSignal | undefined): Promise<HostConnection> {
  const logPath = join(options.logsFolder, 'engine.log');
  const log = openLog(logPath);
  const args = [partPath('engine-host.mjs'), socketPath, tokenPath(options), version, String(options.memoryBudgetBytes ?? '')];
  // One libuv thread: the engine starts its compute threads from it for every token, and moving between four halves the speed.
  // What it loads asks for a home folder, and the system knows none of an account without an entry.
  const environment = { HOME: options.home, ...options.environment, UV_THREADPOOL_SIZE: '1' };
  debugLog('host', { state: 'starting', socket: socketPath, log: logPath });
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: environment,
    cwd: options.home,
    windowsHide: true,
  });
  closeSync(log);
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

/** The log of the last run is kept; a log that grew large is started anew. */
function openLog(path: string): number {
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    const isLarge = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 5e6;
    return openSync(path, isLarge ? 'w' : 'a', 0o600);
  } catch (error) {
    throw diskError(error, path, "write the engine's log");
  }
}

function lastLine(path: string): string {
  try {
    return (
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .filter((line) => /error/i.test(line))
        .at(-1)
        ?.slice(0, 200) ?? 'no reason given'
    );
  } catch {
    return 'no reason given';
  }
}

/** A secret only this user can read; on Windows everybody can open a named pipe. */
async function makeToken(options: HostOptions): Promise<void> {
  const path = tokenPath(options);
  if (readToken(options) !== undefined) return;
  try {
    mkdirSync(options.stateFolder, { recursive: true });
    const file = await open(path, 'w', 0o600);
    await file.writeFile(randomBytes(32).toString('hex'));
    await file.close();
  } catch (error) {
    throw diskError(error, path, "write the engine's key");
  }
}
