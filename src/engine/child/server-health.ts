import { sleep, throwIfAborted } from '../../base/abort.ts';
import { boundedText } from '../../base/bounded-body.ts';
import { LuciError } from '../../base/errors.ts';
import type { Net } from '../../net/net.ts';
import type { ServerFlavor } from './server-flavor.ts';
import type { ServerProcess } from './server-process.ts';

/** Whether a server of ours answers, and what it says of itself. */

/** Where it listens. */
export interface ServerAddress {
  readonly net: Net;
  readonly apiKey: string;
  readonly root: string;
}

/** What a server says of itself. */
export interface ServerFacts {
  readonly version: string;
  readonly contextLength?: number;
  /** Whether the model's template knows tools; without, a server ignores them silently. */
  readonly knowsTools: boolean;
}

type Health = 'ready' | 'loading' | 'silent';

/** Loading may take as long as it takes; a program that neither listens nor says a word is given up sooner. */
const loadTimeoutMs = 600_000;
const silenceTimeoutMs = 8000;
const healthTimeoutMs = 3000;

/** What it says of itself holds the model's template, which may be long. */
const maxPropsBytes = 16 * 1024 ** 2;

/** Waits until it can be asked. Throws ENGINE_FAILED or MEMORY_SHORT with its last words. */
export async function waitUntilReady(
  child: ServerProcess,
  server: ServerAddress,
  { kind }: ServerFlavor,
  signal: AbortSignal | undefined,
): Promise<ServerFacts> {
  const startedAt = performance.now();
  let heard = '';
  let heardAt = startedAt;
  for (;;) {
    throwIfAborted(signal);
    const end = child.ended();
    if (end !== undefined) throw endedWhileLoading(kind, end, child.stderrTail());
    const health = await healthOf(server);
    if (health === 'ready') return factsOf(server);
    const now = performance.now();
    if (health === 'loading' || child.stderrTail() !== heard) [heard, heardAt] = [child.stderrTail(), now];
    if (now - heardAt > silenceTimeoutMs || now - startedAt > loadTimeoutMs) {
      const waited = Math.round((now - startedAt) / 1000);
      throw new LuciError('ENGINE_FAILED', `${kind} does not answer after ${waited} s: ${telling(child.stderrTail())}`, {
        hint: 'luci doctor',
      });
    }
    await sleep(50, signal);
  }
}

/** One look at `/health`, which no version asks a key for. */
export async function healthOf({ net, root, apiKey }: ServerAddress): Promise<Health> {
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

function endedWhileLoading(kind: string, end: string, stderrTail: string): LuciError {
  const isOutOfMemory = end === 'SIGKILL' || end === 'exit 137' || /out of memory|failed to allocate|cannot allocate/i.test(stderrTail);
  if (isOutOfMemory)
    return new LuciError('MEMORY_SHORT', `${kind} ran out of memory while it loaded the model (${end}).`, {
      hint: 'Run the command again with --context 1024, or with a smaller model: luci list',
    });
  return new LuciError('ENGINE_FAILED', `${kind} ended while it loaded the model (${end}): ${telling(stderrTail)}`, {
    hint: 'luci doctor',
  });
}

async function factsOf({ net, root, apiKey }: ServerAddress): Promise<ServerFacts> {
  const headers = { Authorization: `Bearer ${apiKey}` };
  const { body } = await net.request({ url: `${root}/props`, purpose: 'remote-engine', headers });
  try {
    const props = JSON.parse(await boundedText(body, { maxBytes: maxPropsBytes, tooLong: () => new Error('too long') })) as {
      build_info?: string;
      default_generation_settings?: { n_ctx?: number };
      chat_template_caps?: { supports_tools?: boolean; supports_tool_calls?: boolean };
    };
    const contextLength = props.default_generation_settings?.n_ctx;
    const { supports_tools: tools, supports_tool_calls: calls } = props.chat_template_caps ?? {};
    return {
      version: props.build_info ?? 'unknown',
      contextLength,
      knowsTools: tools === true && calls === true,
    };
  } catch {
    return { version: 'unknown', knowsTools: false };
  }
}

/** The line that says what is wrong, else the last one. */
function telling(stderrTail: string): string {
  const lines = stderrTail
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (lines.filter((line) => /error|failed|unable|invalid/i.test(line)).at(-1) ?? lines.at(-1) ?? 'it said nothing').slice(0, 200);
}
