import { join } from 'node:path';
import { listOf, textLike, wholeNumber } from '../../base/value-kinds.ts';
import type { ServerOptions } from '../../serve/server.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { engineSettings } from '../flags.ts';

/** L, U, C, I on a telephone. */
const defaultPort = 5824;

const hostName = textLike(/^[\w.:[\]-]+$/, { expected: 'a name or an address', example: '127.0.0.1' });

const serveOptions = {
  host: { kind: hostName, value: 'ADDRESS', summary: 'address to listen at; another than 127.0.0.1 needs a key' },
  port: { kind: wholeNumber({ max: 65_535, example: '5824' }), value: 'N', summary: `port (default ${defaultPort}; 0: any that is free)` },
  allowHost: { kind: listOf(hostName), value: 'NAMES', summary: 'other names this machine is called by' },
  parallel: { kind: wholeNumber({ min: 1, max: 64, example: '4' }), value: 'N', summary: 'requests that run at once (default 4)' },
  queue: {
    kind: wholeNumber({ max: 10_000, example: '32' }),
    value: 'N',
    summary: 'requests that may wait (default 32); the next is refused',
  },
  detach: { summary: 'go on when the terminal is closed' },
} as const;

/** `luci serve`: the models over HTTP. */
export const serve = defineCommand({
  name: 'serve',
  summary: 'offer the models to programs over HTTP, and a page to chat',
  details:
    'Shows a page to chat, install and test models and look at the machine, and speaks the protocols of OpenAI (/v1), Ollama (/api) and Anthropic (/v1/messages). Only this machine can reach it, unless --host says otherwise. Ctrl+C ends it.',
  defaultVerb: 'start',
  verbs: [
    defineCommand({
      name: 'start',
      summary: 'start the server, until Ctrl+C',
      options: serveOptions,
      settings: engineSettings,
      run: (context) => start(context, context.options),
    }),
    defineCommand({ name: 'stop', summary: 'end the server that runs', run: stop }),
    defineCommand({ name: 'status', summary: 'which server runs', run: status }),
    defineCommand({
      name: 'key',
      summary: 'make the key of the server; the one before no longer works',
      run: makeKey,
    }),
  ],
});

type Options = Partial<Pick<ServerOptions, 'host' | 'port'>> & {
  readonly allowHost?: readonly string[];
  readonly parallel?: number;
  readonly queue?: number;
  readonly detach?: true;
};

async function start(context: CommandContext, options: Options): Promise<number> {
  const { luci: open, show, signal } = context;
  if (options.detach) return detach(context);
  const luci = await open();
  const { startServer } = await import('../../serve/server.ts');
  await using server = await startServer(luci, {
    host: options.host ?? '127.0.0.1',
    port: options.port ?? defaultPort,
    allowedHosts: options.allowHost ?? [],
    maxRunning: options.parallel ?? 4,
    maxWaiting: options.queue ?? 32,
    onFault: (error) => show.error(error, luci.settings.debug),
  });
  const { recordServer } = await import('../../serve/server-record.ts');
  await using _record = await recordServer(luci.directories.state, server.url);
  if (show.json) show.data({ url: server.url });
  else
    show.note(
      `luci answers at ${server.url}\n  a page to chat, install and test models: ${server.url}\n  programs: ${server.url}/v1 (OpenAI), ${server.url} (Ollama, Anthropic)\n  Ctrl+C ends it.`,
    );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  show.note('The server ends.');
  return 0;
}

/** The same command again, in a process of its own. */
async function detach({ luci: open, show, signal }: CommandContext): Promise<number> {
  const { directories } = await open();
  const [{ findServer }, { startDetached }] = await Promise.all([
    import('../../serve/server-record.ts'),
    import('../../serve/detached-server.ts'),
  ]);
  const running = await findServer(directories.state);
  const args = process.argv.slice(1).filter((word) => word !== '--detach');
  const logPath = join(directories.logs, 'serve.log');
  const { url, pid } = running ?? (await startDetached({ args, stateFolder: directories.state, logPath, signal }));
  if (show.json) show.data({ url, pid, started: running === undefined });
  else show.note(`${running ? 'A server runs already' : 'luci answers'} at ${url} (process ${pid}).\n  luci serve stop`);
  return 0;
}

async function stop({ luci: open, show, signal }: CommandContext): Promise<number> {
  const { directories } = await open();
  const { findServer, endServer } = await import('../../serve/server-record.ts');
  const running = await findServer(directories.state);
  if (running) await endServer(running, signal);
  if (show.json) show.data({ stopped: running !== undefined });
  else show.note(running ? `The server at ${running.url} has ended.` : 'No server runs.');
  return 0;
}

async function status({ luci: open, show }: CommandContext): Promise<number> {
  const { directories } = await open();
  const { findServer } = await import('../../serve/server-record.ts');
  const running = await findServer(directories.state);
  if (show.json)
    show.data(running ? { running: true, url: running.url, pid: running.pid, startedAt: running.startedAt } : { running: false });
  else if (running) show.result(`${running.url} (process ${running.pid}, since ${running.startedAt})`);
  else show.note('No server runs.\n  luci serve --detach');
  return 0;
}

async function makeKey({ luci: open, show }: CommandContext): Promise<number> {
  const { directories } = await open();
  const { makeServerKey } = await import('../../serve/server-key.ts');
  const key = await makeServerKey(directories.state);
  if (show.json) show.data({ key });
  else {
    show.result(key);
    show.note('This key is shown once. Programs send it as: Authorization: Bearer KEY\nA server that runs takes it after its next start.');
  }
  return 0;
}
