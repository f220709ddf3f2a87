import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { raw } from '../serve/served.ts';

/** A server that is right but for one thing: it hands on what a right server answers, with the defect that is switched on. */

/** An answer on its way. */
export interface Passing {
  readonly path: string;
  /** What was asked. */
  readonly asked: Readonly<Record<string, unknown>>;
  status: number;
  type: string;
  text: string;
}

/** One thing that is wrong. */
export interface Defect {
  /** The check that must find it. */
  readonly found: string;
  /** Others that cannot but see it too. */
  readonly also?: readonly string[];
  /** Asks for something else than the client did. */
  readonly ask?: (asked: Record<string, unknown>, path: string) => Record<string, unknown>;
  /** Says something else than the right server did. */
  readonly say?: (passing: Passing) => void;
}

/** A server with a switch. */
export interface FlawedServer extends AsyncDisposable {
  readonly url: string;
  defect: Defect | undefined;
}

/** Starts one before a right server. What that answers is kept: it says the same to the same question. */
export async function flawedServer(right: string): Promise<FlawedServer> {
  const kept = new Map<string, ReturnType<typeof raw>>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    const method = request.method ?? 'GET';
    const sent = await readAll(request);
    const asked = objectIn(sent);
    const { ask, say } = flawed.defect ?? {};
    const body = ask && asked ? JSON.stringify(ask({ ...asked }, path)) : sent;
    const key = `${method} ${path} ${body}`;
    const answer = await (kept.get(key) ?? kept.set(key, raw(`${right}${path}`, { method, body })).get(key));
    const passing: Passing = {
      path,
      asked: asked ?? {},
      status: answer?.status ?? 0,
      type: String(answer?.headers['content-type'] ?? ''),
      text: answer?.text ?? '',
    };
    say?.(passing);
    response.writeHead(passing.status, { 'content-type': passing.type }).end(passing.text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const flawed: FlawedServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    defect: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return flawed;
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
