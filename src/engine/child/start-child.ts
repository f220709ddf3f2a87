import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { sleep } from '../../base/abort.ts';
import { stopProcess } from '../../base/child-process.ts';
import { startOf } from '../../base/engine-programs.ts';
import { makeTemporaryFolder } from '../../base/make-folder.ts';
import type { Net } from '../../net/net.ts';
import { type ServerSetting, serverFlags } from './server-flags.ts';
import { type ServerFlavor, unknownFlagIn } from './server-flavor.ts';
import { healthOf, type ServerAddress, type ServerFacts, waitUntilReady } from './server-health.ts';
import { startServer } from './server-process.ts';

/** Starts a server program on the loopback address with a key of its own, and waits until it answers. */

/** What it takes to start one. */
export interface ChildEngineOptions {
  readonly flavor: ServerFlavor;
  /** The program. */
  readonly program: string;
  readonly net: Net;
  readonly environment: Readonly<Record<string, string>>;
  /** Hosts of other machines' rpc-servers, as in `192.168.1.4:50052`. */
  readonly rpc?: readonly string[];
}

/** One that answers. */
export interface ChildServer extends ServerAddress {
  readonly facts: ServerFacts;
  /** Settles when the program is gone. */
  readonly ended: Promise<unknown>;
  isAlive(): Promise<boolean>;
  stop(): Promise<void>;
}

const maxAttempts = 5;

/** Starts one. A flag it does not know is left out, a port somebody took is changed for another. */
export async function startChild(
  options: ChildEngineOptions,
  setting: Omit<ServerSetting, 'port' | 'keyPath'>,
  signal: AbortSignal | undefined,
): Promise<ChildServer> {
  const refusedFlags = new Set<string>();
  for (let attempt = 1; ; attempt += 1) {
    const started = await attemptStart(options, { setting, refusedFlags, signal });
    if ('server' in started) return started.server;
    const { error, stderrTail } = started;
    if (attempt === maxAttempts || signal?.aborted) throw error;
    const unknown = unknownFlagIn(stderrTail);
    if (unknown !== undefined && !refusedFlags.has(unknown)) refusedFlags.add(unknown);
    // Between asking for a free port and listening on it, somebody else may have taken it.
    else if (/address already in use|couldn't bind|failed to bind/i.test(stderrTail)) await sleep(100 * attempt, signal);
    else throw error;
  }
}

interface Attempt {
  readonly setting: Omit<ServerSetting, 'port' | 'keyPath'>;
  readonly refusedFlags: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

/** @returns The server, or why it did not come up, with what its program said last. */
async function attemptStart(
  { flavor, program, net, environment }: ChildEngineOptions,
  { setting, refusedFlags, signal }: Attempt,
): Promise<{ readonly server: ChildServer } | { readonly error: unknown; readonly stderrTail: string }> {
  const port = await freePort();
  const apiKey = randomBytes(24).toString('hex');
  const keyFolder = flavor.keyBy === 'file' ? await writeKey(apiKey) : undefined;
  const keyPath = keyFolder && join(keyFolder, 'key');
  const args = serverFlags(flavor, { ...setting, port, keyPath }, refusedFlags);
  const env = flavor.keyBy === 'variable' ? { ...environment, LLAMA_API_KEY: apiKey } : environment;
  const child = startServer(...startOf(flavor.kind, program, args), env);
  const address = { net, apiKey, root: `http://127.0.0.1:${port}` };
  try {
    const facts = await waitUntilReady(child, address, flavor, signal);
    const isAlive = (): Promise<boolean> => healthOf(address).then((health) => health !== 'silent');
    return { server: { ...address, facts, ended: child.gone, isAlive, stop: () => stopProcess(child.process) } };
  } catch (error) {
    await stopProcess(child.process);
    return { error, stderrTail: child.stderrTail() };
  } finally {
    // Read at the start, and not needed any more.
    if (keyFolder !== undefined) await rm(keyFolder, { recursive: true, force: true });
  }
}

/** A file only this user can read, in a folder of its own. */
async function writeKey(apiKey: string): Promise<string> {
  const folder = await makeTemporaryFolder('luci-key-');
  await writeFile(join(folder, 'key'), `${apiKey}\n`, { mode: 0o600 });
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
