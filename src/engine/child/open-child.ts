import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { sleep, throwIfAborted } from '../../base/abort.ts';
import { stopProcess } from '../../base/child-process.ts';
import { LuciError } from '../../base/errors.ts';
import type { Net } from '../../net/net.ts';
import type { EngineTarget, OpenOptions, Session } from '../engine.ts';
import { openAiSession } from '../openai/session.ts';
import { type ServerFlavor, unknownFlagIn } from './server-flavor.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** llama-server or a llamafile as a child: started for a session on the loopback address, with a key of its own, and gone with it. */

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

/** Loading may take as long as it takes; a program that neither listens nor says a word is given up sooner. */
const loadTimeoutMs = 600_000;
const silenceTimeoutMs = 8000;
const healthTimeoutMs = 2500;
const attempts = 5;
const contextWhereUnsaid = 4096;

/** Opens a model, or the program's own weights where it is the model. Throws ENGINE_FAILED or MEMORY_SHORT with the program's last words. */
export async function openChild(
  { flavor, program, net, environment, rpc = [] }: ChildEngineOptions,
  target: Extract<EngineTarget, { kind: 'file' }>,
  { contextLength = contextWhereUnsaid, threads, parallel = 1, signal, onEvent }: OpenOptions = {},
): Promise<Session> {
  onEvent?.({ type: 'starting-engine' });
  const refused = new Set<string>();
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const apiKey = randomBytes(24).toString('hex');
    const flags: readonly (readonly string[])[] = [
      ...flavor.mode.map((flag) => [flag]),
      ...(program === target.path ? [] : [['-m', target.path]]),
      ['--host', '127.0.0.1'],
      ['--port', String(port)],
      // The server divides its context among its slots; ours is for each request.
      ['-c', String(contextLength * parallel)],
      ['-np', String(parallel)],
      ...(flavor.kind === 'llama-server' ? [['--alias', target.name]] : []),
      ...(threads ? [['-t', String(threads)]] : []),
      ...(rpc.length > 0
        ? [
            ['--rpc', rpc.join(',')],
            ['-ngl', '99'],
          ]
        : []),
    ];
    const args = flags.filter(([flag = '']) => !refused.has(flag)).flat();
    // A llamafile is a shell script to POSIX systems, and some of them refuse to run it as anything else.
    const isScript = flavor.kind === 'llamafile' && process.platform !== 'win32';
    const env = { ...environment, LLAMA_API_KEY: apiKey };
    const child = isScript ? startServer('/bin/sh', [program, ...args], env) : startServer(program, args, env);
    const server = { net, apiKey, root: `http://127.0.0.1:${port}` };
    try {
      const facts = await waitUntilReady(child, server, flavor, signal);
      onEvent?.({ type: 'ready' });
      return openAiSession({
        net,
        baseUrl: `${server.root}/v1`,
        apiKey,
        model: target.name,
        dialect: flavor.dialect,
        facts: {
          kind: flavor.kind,
          version: facts.version,
          device: `${threads ?? 'all'} threads`,
          contextLength: facts.contextLength ?? contextLength,
          // Tools go through the grammar here as well: a template without them ignores them silently.
          supports: { jsonSchema: true, tools: false, embeddings: false, seed: true },
        },
        isAlive: () => isHealthy(server).then((health) => health !== 'silent'),
        onClose: () => stopProcess(child.process),
      });
    } catch (error) {
      await stopProcess(child.process);
      if (attempt === attempts || signal?.aborted) throw error;
      const unknown = unknownFlagIn(child.words());
      if (unknown !== undefined && !refused.has(unknown)) refused.add(unknown);
      // Between asking for a free port and listening on it, somebody else may have taken it.
      else if (/address already in use|couldn't bind|failed to bind/i.test(child.words())) await sleep(100 * attempt, signal);
      else throw error;
    }
  }
}

interface Server {
  readonly net: Net;
  readonly apiKey: string;
  readonly root: string;
}

async function waitUntilReady(child: ServerProcess, server: Server, { kind }: ServerFlavor, signal: AbortSignal | undefined) {
  const startedAt = performance.now();
  let heard = '';
  let heardAt = startedAt;
  for (;;) {
    throwIfAborted(signal);
    const end = child.ended();
    if (end !== undefined) throw endedWhileLoading(kind, end, child.words());
    const health = await isHealthy(server);
    if (health === 'ready') return propsOf(server);
    const now = performance.now();
    if (health === 'loading' || child.words() !== heard) [heard, heardAt] = [child.words(), now];
    if (now - heardAt > silenceTimeoutMs || now - startedAt > loadTimeoutMs) {
      const waited = Math.round((now - startedAt) / 1000);
      throw new LuciError('ENGINE_FAILED', `${kind} does not answer after ${waited} s: ${lastWords(child.words())}`, {
        hint: 'luci doctor',
      });
    }
    await sleep(50, signal);
  }
}

function endedWhileLoading(kind: string, end: string, words: string): LuciError {
  const isOutOfMemory = end === 'SIGKILL' || end === 'exit 137' || /out of memory|failed to allocate|cannot allocate/i.test(words);
  if (isOutOfMemory)
    return new LuciError('MEMORY_SHORT', `${kind} ran out of memory while it loaded the model (${end}).`, {
      hint: 'Ask for a smaller context (LUCI_CONTEXT=1024 luci ask …), or a smaller model: luci list',
    });
  return new LuciError('ENGINE_FAILED', `${kind} ended while it loaded the model (${end}): ${lastWords(words)}`, { hint: 'luci doctor' });
}

type Health = 'ready' | 'loading' | 'silent';

async function isHealthy({ net, root, apiKey }: Server): Promise<Health> {
  return net
    .request({
      url: `${root}/health`,
      purpose: 'remote-engine',
      headers: { Authorization: `Bearer ${apiKey}` },
      connectTimeoutMs: healthTimeoutMs,
      idleTimeoutMs: healthTimeoutMs,
    })
    .then(
      ({ status, body }): Health => {
        body.destroy();
        return status === 200 ? 'ready' : 'loading';
      },
      () => 'silent',
    );
}

async function propsOf({ net, root, apiKey }: Server): Promise<{ version: string; contextLength?: number }> {
  const headers = { Authorization: `Bearer ${apiKey}` };
  const { body } = await net.request({ url: `${root}/props`, purpose: 'remote-engine', headers });
  let text = '';
  for await (const chunk of body as AsyncIterable<Buffer>) text += chunk.toString('utf8');
  try {
    const props = JSON.parse(text) as { build_info?: string; default_generation_settings?: { n_ctx?: number } };
    const contextLength = props.default_generation_settings?.n_ctx;
    return { version: props.build_info ?? 'unknown', ...(contextLength ? { contextLength } : {}) };
  } catch {
    return { version: 'unknown' };
  }
}

/** The line that says what is wrong, else the last one. */
function lastWords(words: string): string {
  const lines = words
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (lines.filter((line) => /error|failed|unable|invalid/i.test(line)).at(-1) ?? lines.at(-1) ?? 'it said nothing').slice(0, 200);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}
