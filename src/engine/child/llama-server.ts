import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { sleep, throwIfAborted } from '../../base/abort.ts';
import { stopProcess } from '../../base/child-process.ts';
import { LuciError } from '../../base/errors.ts';
import type { Net } from '../../net/net.ts';
import type { EngineTarget, OpenOptions, Session } from '../engine.ts';
import { openAiSession } from '../openai/session.ts';

/** llama-server as a child: started for a session on the loopback address, with a key of its own, and gone with it. */

/** What it takes to start one. */
export interface LlamaServerOptions {
  /** The program. */
  readonly program: string;
  readonly net: Net;
  readonly environment: Readonly<Record<string, string>>;
  /** Hosts of other machines' rpc-servers, as in `192.168.1.4:50052`. */
  readonly rpc?: readonly string[];
}

const startTimeoutMs = 120_000;
const attempts = 3;

/** Opens a model. Throws ENGINE_FAILED with the program's own last words when it does not start. */
export async function openLlamaServer(
  { program, net, environment, rpc = [] }: LlamaServerOptions,
  target: Extract<EngineTarget, { kind: 'file' }>,
  { contextLength = 4096, threads, signal, onEvent }: OpenOptions = {},
): Promise<Session> {
  onEvent?.({ type: 'starting-engine' });
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const apiKey = randomBytes(24).toString('hex');
    const args = [
      '-m',
      target.path,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '-c',
      String(contextLength),
      '-np',
      '1',
      '--alias',
      target.name,
    ];
    const more = [...(threads ? ['-t', String(threads)] : []), ...(rpc.length > 0 ? ['--rpc', rpc.join(','), '-ngl', '99'] : [])];
    const child = startChild(program, [...args, ...more], { ...environment, LLAMA_API_KEY: apiKey });
    try {
      const baseUrl = `http://127.0.0.1:${port}`;
      const facts = await waitUntilReady(child, net, baseUrl, apiKey, signal);
      onEvent?.({ type: 'ready' });
      return openAiSession({
        net,
        baseUrl: `${baseUrl}/v1`,
        apiKey,
        model: target.name,
        isLlamaServer: true,
        facts: {
          kind: 'llama-server',
          version: facts.version,
          device: `${threads ?? 'all'} threads`,
          contextLength: facts.contextLength ?? contextLength,
          // Tools go through the grammar here as well: a template without them ignores them silently.
          supports: { jsonSchema: true, tools: false, embeddings: false, seed: true },
        },
        onClose: () => stopProcess(child.process),
      });
    } catch (error) {
      await stopProcess(child.process);
      // Between asking for a free port and listening on it, somebody else may have taken it.
      const isTaken = /address already in use|couldn't bind|failed to bind/i.test(child.words());
      if (!isTaken || attempt === attempts) throw error;
    }
  }
}

interface Child {
  readonly process: ChildProcess;
  words(): string;
  /** How it ended, once it has. */
  ended(): string | undefined;
}

/**
 * On POSIX a shell stands between: it ends the server when its stdin closes, and that happens when this process dies, however it dies.
 */
function startChild(program: string, args: readonly string[], environment: Readonly<Record<string, string>>): Child {
  const guard =
    '"$0" "$@" </dev/null & server=$!; trap "kill $server" TERM INT; (cat >/dev/null; kill $server; sleep 1; kill -9 $server) <&3 2>/dev/null & wait $server';
  const child =
    process.platform === 'win32'
      ? spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'], windowsHide: true })
      : spawn('/bin/sh', ['-c', `exec 3<&0; ${guard}`, program, ...args], { env: environment, stdio: ['pipe', 'ignore', 'pipe'] });
  let words = '';
  let end: string | undefined;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-20_000);
  });
  child.stdin?.on('error', () => undefined); // It is gone; its end says so.
  child.on('error', (error) => {
    end = error.message;
  });
  child.on('exit', (exitCode, signalName) => {
    end = `exit ${exitCode ?? signalName}`;
  });
  return { process: child, words: () => words, ended: () => end };
}

async function waitUntilReady(child: Child, net: Net, baseUrl: string, apiKey: string, signal: AbortSignal | undefined) {
  const headers = { Authorization: `Bearer ${apiKey}` };
  for (const startedAt = performance.now(); performance.now() - startedAt < startTimeoutMs; await sleep(50, signal)) {
    throwIfAborted(signal);
    const end = child.ended();
    if (end !== undefined)
      throw new LuciError('ENGINE_FAILED', `llama-server ended while it loaded the model (${end}): ${lastWords(child.words())}`, {
        hint: 'luci doctor',
      });
    const isReady = await net.request({ url: `${baseUrl}/health`, purpose: 'remote-engine', headers, connectTimeoutMs: 1000 }).then(
      ({ status, body }) => {
        body.destroy();
        return status === 200;
      },
      () => false, // It does not listen yet.
    );
    if (isReady) return propsOf(net, baseUrl, headers);
  }
  throw new LuciError('ENGINE_FAILED', `llama-server was not ready after ${startTimeoutMs / 1000} s: ${lastWords(child.words())}`, {
    hint: 'luci doctor',
  });
}

async function propsOf(
  net: Net,
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ version: string; contextLength?: number }> {
  const { body } = await net.request({ url: `${baseUrl}/props`, purpose: 'remote-engine', headers });
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
