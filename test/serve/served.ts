import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { createLuci } from '../../src/app/create-luci.ts';
import type { Luci } from '../../src/app/luci.ts';
import { createTests } from '../../src/app/testing/tests.ts';
import { resolveSettings, type SettingsOverrides } from '../../src/config/resolve-settings.ts';
import type { Session } from '../../src/engine/engine.ts';
import { type ServerOptions, startServer } from '../../src/serve/server.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';

/** A server in a home of its own with one model, `tiny`. With `open` everything is real but what the model says. */
export interface Served extends AsyncDisposable {
  readonly url: string;
  readonly luci: Luci;
  readonly home: string;
  readonly faults: unknown[];
}

/** What is other than usual. */
interface ServedOptions extends Partial<ServerOptions> {
  readonly open?: () => Session;
  readonly settings?: SettingsOverrides;
  readonly environment?: Readonly<Record<string, string>>;
  /** A home that is there and stays (default: one of its own). */
  readonly home?: string;
  /** Done in the home before the server starts. */
  readonly prepare?: (home: string) => Promise<void>;
}

/** Starts one at a free port of loopback. */
export async function serveTiny({
  open,
  settings,
  prepare,
  home: given,
  environment = {},
  ...options
}: ServedOptions = {}): Promise<Served> {
  const home = given ?? (await tinyHome());
  await prepare?.(home);
  const luci = createLuci(resolveSettings({ home, offline: true, keepAliveSeconds: 20, ...settings }, environment));
  const faults: unknown[] = [];
  const server = await startServer(open ? scripted(luci, open) : luci, {
    host: '127.0.0.1',
    port: 0,
    allowedHosts: [],
    maxRunning: 4,
    maxWaiting: 32,
    onFault: (error) => void faults.push(error),
    ...options,
  });
  return {
    url: server.url,
    luci,
    home,
    faults,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await luci.engine.stop();
      await luci[Symbol.asyncDispose]();
      // What a client that is gone had asked for may still be written.
      if (given === undefined) await rm(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

/** A home with the model `tiny`. */
export async function tinyHome(model: Parameters<typeof tinyGguf>[0] = {}): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'luci serve '));
  await mkdir(join(home, 'models'));
  await writeFile(join(home, 'models', 'tiny.gguf'), tinyGguf(model));
  return home;
}

function scripted(luci: Luci, openOne: () => Session): Luci {
  const open = async (): Promise<Session> => openOne();
  return { ...luci, open, tests: createTests({ ...luci, open }) };
}

/** What a server answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request with any headers: `fetch` lets nobody say who they are. */
export function raw(
  url: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = httpRequest(url, { method, headers: { ...length, ...headers }, agent: false }, (response) => {
      readAll(response).then((text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A request with a body of JSON, and its answer as JSON. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
  return { status: response.status, body: await response.json() };
}

/** How the page asks: with its token. */
interface PageAsk {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What the page may do. */
export async function pageOf({ url }: Pick<Served, 'url'>) {
  const token = /name="luci-token" content="([^"]*)"/.exec((await raw(url)).text)?.[1] ?? '';
  const send = (path: string, { method, body, headers, signal }: PageAsk = {}): Promise<Response> =>
    fetch(`${url}${path}`, {
      method,
      signal,
      headers: { authorization: `Bearer ${token}`, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  return { send, get: async <T>(path: string) => (await send(path)).json() as Promise<T> };
}
