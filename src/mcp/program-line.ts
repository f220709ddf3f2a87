import type { Stream } from 'node:stream';
import type { ServerLine } from './connect-server.ts';
import type { ProgramConfig } from './server-config.ts';

/** A server that is a program: started by luci, spoken with over its stdin and stdout, and ended with luci. */

/** The program is started when the line is. `environment`: what every program gets of it. */
export async function programLine(
  { command, args, env, cwd }: ProgramConfig,
  environment: Readonly<Record<string, string>>,
): Promise<ServerLine> {
  const { StdioClientTransport } = await import('./sdk.ts');
  let life: Disposable | undefined;
  class Transport extends StdioClientTransport {
    override async start(): Promise<void> {
      await super.start();
      if (this.pid !== null) life = endWithLuci(this.pid);
    }
  }
  const transport = new Transport({ command, args: [...args], cwd, env: { ...environment, ...env }, stderr: 'pipe' });
  return {
    transport,
    lastLine: lastLineOf(transport.stderr),
    onEnd: () => life?.[Symbol.dispose](),
    beforeClose: async () => undefined,
  };
}

/** Processes that must not stay behind where luci ends at once. */
const underWay = new Set<number>();

/** Kills a process when luci ends, until this is disposed. */
function endWithLuci(pid: number): Disposable {
  if (underWay.size === 0) process.once('exit', killAll);
  underWay.add(pid);
  return {
    [Symbol.dispose]() {
      underWay.delete(pid);
      if (underWay.size === 0) process.off('exit', killAll);
    },
  };
}

function killAll(): void {
  for (const pid of underWay)
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended just now.
    }
}

/** The last line of what a program says on stderr. */
function lastLineOf(stderr: Stream | null): () => string {
  let tail = '';
  stderr?.on('data', (piece: Buffer) => {
    tail = (tail + piece.toString()).slice(-4000);
  });
  return () => tail.trim().split('\n').at(-1)?.trim() ?? '';
}
