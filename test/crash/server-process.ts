import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** `luci serve` as a process of its own, which may be killed. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Ends it with SIGKILL: it can do nothing any more. */
  kill(): Promise<void>;
}

const program = join(process.cwd(), 'dist', 'cli.cjs');

/** Starts one in a home, at a free port unless one is given, and waits until it answers. */
export async function startServerProcess(
  home: string,
  { environment = {}, port = 0 }: { readonly environment?: Readonly<Record<string, string>>; readonly port?: number } = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [program, 'serve', '--port', String(port), '--json'], {
    env: { ...process.env, LUCI_HOME: home, LUCI_OFFLINE: '1', LUCI_KEEP_ALIVE: '20', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  const { url } = JSON.parse(String(value)) as { url: string };
  return {
    url,
    pid: child.pid ?? 0,
    kill: () => ended(child, 'SIGKILL'),
    [Symbol.asyncDispose]: () => ended(child, 'SIGTERM'),
  };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

/** What the built command says in a home. */
export async function luciIn(home: string, ...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, [program, ...args], { env: { ...process.env, LUCI_HOME: home } })).stdout;
}

/** The process that runs the models of a home. */
export async function enginePid(home: string): Promise<number> {
  const { pid } = JSON.parse(await luciIn(home, 'ps', '--json')) as { readonly pid?: number };
  if (!pid) throw new Error('There is no engine process.');
  return pid;
}
