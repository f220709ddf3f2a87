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
} as const;

/** `luci serve`: the models over HTTP. */
export const serve = defineCommand({
  name: 'serve',
  summary: 'offer the models to programs over HTTP',
  details:
    'Speaks the protocols of OpenAI (/v1), Ollama (/api) and Anthropic (/v1/messages). Only this machine can reach it, unless --host says otherwise. Ctrl+C ends it.',
  defaultVerb: 'start',
  verbs: [
    defineCommand({
      name: 'start',
      summary: 'start the server, until Ctrl+C',
      options: serveOptions,
      settings: engineSettings,
      run: (context) => start(context, context.options),
    }),
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
};

async function start({ luci: open, show, signal }: CommandContext, options: Options): Promise<number> {
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
  if (show.json) show.data({ url: server.url });
  else
    show.note(`luci answers at ${server.url}\n  programs: ${server.url}/v1 (OpenAI), ${server.url} (Ollama, Anthropic)\n  Ctrl+C ends it.`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  show.note('The server ends.');
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
