import { type ChildProcess, spawn } from 'node:child_process';

/** A server program as a child that never outlives us. */

/** A started server. */
export interface ServerProcess {
  readonly process: ChildProcess;
  /** The newest 20,000 characters it wrote to stderr. */
  stderrTail(): string;
  /** Settles when it has ended. */
  readonly gone: Promise<unknown>;
  /** How it ended, once it has: `exit 1`, `SIGKILL`, or the reason it could not be started. */
  ended(): string | undefined;
}

/**
 * On POSIX a shell stands between: it ends the server when its stdin closes, and that happens when this process dies, however it dies.
 */
const guard =
  '"$0" "$@" </dev/null & server=$!; trap "kill $server" TERM INT; (cat >/dev/null; kill $server; sleep 1; kill -9 $server) <&3 2>/dev/null & wait $server';

/** Starts a program; `environment` is its whole environment. */
export function startServer(program: string, args: readonly string[], environment: Readonly<Record<string, string>>): ServerProcess {
  const child =
    process.platform === 'win32'
      ? spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true })
      : spawn('/bin/sh', ['-c', `exec 3<&0; ${guard}`, program, ...args], { env: environment, stdio: ['pipe', 'ignore', 'pipe'] });
  let stderrTail = '';
  let end: string | undefined;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-20_000);
  });
  child.stdin?.on('error', () => undefined); // It is gone; its end says so.
  child.on('error', (error) => {
    end = error.message;
  });
  child.on('exit', (exitCode, signalName) => {
    end = signalName ?? `exit ${exitCode}`;
  });
  const gone = new Promise((resolve) => child.once('exit', resolve).once('error', resolve));
  return { process: child, gone, stderrTail: () => stderrTail, ended: () => end };
}
