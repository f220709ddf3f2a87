import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { sleep } from '../base/abort.ts';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { tryLock } from '../base/lock.ts';
import { isAlive } from '../base/process-life.ts';
import { errnoOf } from '../base/system-error.ts';

/** Which server runs in a home: a file that says it, and a lock that its process holds as long as it lives. */

const schema = v.object({
  version: v.literal(1),
  pid: v.pipe(v.number(), v.integer(), v.minValue(2)),
  url: v.string(),
  startedAt: v.string(),
});

/** A server that runs. */
export type ServerRecord = v.InferOutput<typeof schema>;

const fileOf = (stateFolder: string): string => join(stateFolder, 'server.json');
const lockOf = (stateFolder: string): string => join(stateFolder, 'server.lock');

/** Says that this process serves at an address, until disposed of. Undefined where another server of the home has said so before. */
export async function recordServer(stateFolder: string, url: string): Promise<AsyncDisposable | undefined> {
  const held = await tryLock(lockOf(stateFolder));
  if (!held) return undefined;
  const record: ServerRecord = { version: 1, pid: process.pid, url, startedAt: new Date().toISOString() };
  await writeFileAtomic(fileOf(stateFolder), `${JSON.stringify(record)}\n`, { mode: 0o600 });
  return {
    async [Symbol.asyncDispose]() {
      if (await held.isOurs()) await rm(fileOf(stateFolder), { force: true });
      await held[Symbol.asyncDispose]();
    },
  };
}

/** The server that runs; undefined where none does, whatever one that was killed has left. @throws STATE_BROKEN */
export async function findServer(stateFolder: string): Promise<ServerRecord | undefined> {
  const record = await readCheckedJson(schema, fileOf(stateFolder));
  if (!record || !isAlive(record.pid)) return undefined;
  // Its number may be another program's by now: only a server holds the lock.
  const free = await tryLock(lockOf(stateFolder));
  if (!free) return record;
  await free[Symbol.asyncDispose]();
  return undefined;
}

/** What a server may take to end its answers. */
const graceMs = 10_000;

/** Ends it: it is asked to, and after a while it is made to. */
export async function endServer({ pid }: ServerRecord, signal: AbortSignal): Promise<void> {
  send(pid, 'SIGTERM');
  for (const startedAt = performance.now(); performance.now() - startedAt < graceMs; await sleep(50, signal)) if (!isAlive(pid)) return;
  send(pid, 'SIGKILL');
}

/** It may be gone already, which is what was wanted. */
function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}
