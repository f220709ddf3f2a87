import { Readable } from 'node:stream';
import type { Luci } from '../app/luci.ts';
import { within } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import { formatBytes } from '../base/units.ts';
import type { ServerLine } from './connect-server.ts';
import type { AddressConfig } from './server-config.ts';

/** A server with an address, spoken with in the protocol's streamable HTTP: through luci's one door outward, and by its rules. */

/** No answer is longer. */
const maxAnswerBytes = 8_000_000;
/** The server is told that the conversation is over; it is left without an answer after so long. */
const partingMs = 2_000;

/** What it is made with. */
export interface HttpLineOptions {
  readonly net: Luci['net'];
  /** An answer that is silent for longer is given up. */
  readonly maxSilenceMs: number;
  /** Told of an answer that broke off, or was too long: the SDK would wait for the rest of it. */
  readonly onBroken: (error: unknown) => void;
}

/** Nothing is sent yet. */
export async function httpLine({ url, headers }: AddressConfig, options: HttpLineOptions): Promise<ServerLine> {
  const { StreamableHTTPClientTransport } = await import('./sdk.ts');
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    fetch: fetchThrough(options),
    requestInit: { headers: { ...headers } },
  });
  return {
    transport,
    lastLine: () => '',
    onEnd: () => undefined,
    beforeClose: async () =>
      void (await within(
        partingMs,
        transport.terminateSession().catch(() => undefined),
      )),
  };
}

/** `fetch` as the transport uses it: refused when offline, through the proxy, on record, and never longer than is good. */
function fetchThrough({ net, maxSilenceMs: idleTimeoutMs, onBroken }: HttpLineOptions): typeof fetch {
  return async (input, { method = 'GET', headers: given, body: sent, signal } = {}) => {
    const headers = new Headers(given);
    // A stream for what a server says unasked is not wanted; one that goes on with an answer is.
    if (method === 'GET' && !headers.has('last-event-id')) return new Response(null, { status: 405 });
    const answer = await net.request({
      url: String(input),
      purpose: 'mcp',
      method: methodOf(method),
      headers: Object.fromEntries(headers),
      body: typeof sent === 'string' ? sent : undefined,
      signal: signal ?? undefined,
      idleTimeoutMs,
    });
    const { status } = answer;
    if (!mayHaveBody(status)) answer.body.destroy();
    const told = (error: unknown): void => void (signal?.aborted || onBroken(error));
    const body = mayHaveBody(status) ? Readable.toWeb(Readable.from(bounded(answer.body, told))) : null;
    return new Response(body as ReadableStream<Uint8Array> | null, { status, headers: answer.headers });
  };
}

function methodOf(method: string): 'GET' | 'POST' | 'DELETE' {
  if (method === 'GET' || method === 'POST' || method === 'DELETE') return method;
  throw new LuciError('FAILED', `The protocol has no ${method}.`);
}

function mayHaveBody(status: number): boolean {
  return status !== 204 && status !== 205 && status !== 304;
}

async function* bounded(body: Readable, onBroken: (error: unknown) => void): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > maxAnswerBytes) throw new LuciError('FAILED', `its answer has more than ${formatBytes(maxAnswerBytes)}`);
      yield chunk;
    }
  } catch (error) {
    onBroken(error);
    throw error;
  }
}
