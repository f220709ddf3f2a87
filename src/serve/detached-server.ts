import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sleep } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import { makeFolderSync } from '../base/make-folder-sync.ts';
import { diskError } from '../base/system-error.ts';
import { findServer, type ServerRecord } from './server-record.ts';

/** A server that goes on when the terminal is closed. */

/** With what. */
export interface DetachOptions {
  /** What is run by Node: the program and its arguments. */
  readonly args: readonly string[];
  readonly stateFolder: string;
  /** What the server says goes there, in place of what the one before it said. */
  readonly logPath: string;
  readonly signal: AbortSignal;
}

const startTimeoutMs = 30_000;

/** Starts it, and returns when it answers. @throws FAILED with the last it said */
export async function startDetached({ args, stateFolder, logPath, signal }: DetachOptions): Promise<ServerRecord> {
  const log = openLog(logPath);
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', log, log], windowsHide: true });
  closeSync(log);
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  child.once('error', end);
  child.once('exit', end);
  child.unref();
  for (const startedAt = performance.now(); !ended && performance.now() - startedAt < startTimeoutMs; await sleep(50, signal)) {
    const record = await findServer(stateFolder);
    if (record) return record;
  }
  if (!ended) child.kill();
  throw new LuciError('FAILED', `The server did not start: ${lastLines(logPath)}`, { hint: 'luci serve' });
}

function openLog(path: string): number {
  try {
    makeFolderSync(dirname(path));
    return openSync(path, 'w', 0o600);
  } catch (error) {
    throw diskError(error, path, "write the server's log");
  }
}

function lastLines(path: string): string {
  return readFileSync(path, 'utf8').trim().split('\n').slice(-4).join('\n') || 'it said nothing';
}
