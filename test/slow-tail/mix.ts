import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server whose answers are a seeded mix of good, slow, throttled, trickling, silent and dying ones. */

/** What one answer does; all but the first two begin as good ones and change after `afterBytes`. */
type Behaviour =
  | { readonly kind: 'good' }
  | { readonly kind: 'slow'; readonly share: number }
  | { readonly kind: 'throttled' | 'trickling' | 'silent' | 'dying'; readonly afterBytes: number };

/** A mix, the same for the same seed. */
export interface Mix {
  readonly seed: number;
  readonly connections: number;
  readonly sizeBytes: number;
  /** Rate of a good answer. */
  readonly bytesPerSecond: number;
  /** How many of the first answers, as many as there are connections, are good; at least one. */
  readonly goodConnections: number;
  behaviourOf(answer: number): Behaviour;
}

/** The same without its bad answers: as many connections as are good. */
export function goodOnesOf(mix: Mix): Mix {
  return { ...mix, connections: mix.goodConnections, behaviourOf: () => ({ kind: 'good' }) };
}

/** The mix of a seed. */
export function mixOf(seed: number): Mix {
  const random = (...salt: readonly number[]): number => fraction([seed, ...salt]);
  const connections = [1, 2, 4, 8][Math.floor(random(1) * 4)] ?? 4;
  const goodShare = 0.35 + 0.5 * random(2);
  const sizeBytes = 8_000_000 + Math.floor(random(3) * 16_000_000);
  const behaviourOf = (answer: number): Behaviour => {
    // Over one connection nothing tells a slow answer from a slow line before a good one was seen.
    if (random(4, answer) < goodShare || (connections === 1 && answer === 0)) return { kind: 'good' };
    const kind = (['slow', 'throttled', 'trickling', 'silent', 'dying'] as const)[Math.floor(random(5, answer) * 5)] ?? 'slow';
    return kind === 'slow'
      ? { kind, share: 0.02 + 0.3 * random(6, answer) }
      : { kind, afterBytes: Math.floor(random(7, answer) * 2_000_000) };
  };
  const first = Array.from({ length: connections }, (_, answer) => behaviourOf(answer));
  const goodConnections = Math.max(1, first.filter(({ kind }) => kind === 'good').length);
  return { seed, connections, sizeBytes, bytesPerSecond: 4_000_000, goodConnections, behaviourOf };
}

/** Serves a mix. */
export interface MixServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts the server of a mix on the loopback address. */
export async function serveMix(mix: Mix, bytes: Buffer): Promise<MixServer> {
  let answers = 0;
  const server = createServer((request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const range = { from: Number(from), to: Number(to) + 1 };
    const isProbe = range.to === 1;
    response.writeHead(206, {
      'Content-Range': `bytes ${from}-${to}/${bytes.length}`,
      'Content-Length': range.to - range.from,
      ETag: '"mix"',
    });
    if (isProbe) return void response.end(bytes.subarray(0, 1));
    const behaviour = mix.behaviourOf(answers++);
    void sendBody(request, response, { bytes, range, behaviour, rate: mix.bytesPerSecond });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/f.bin`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Sending {
  readonly bytes: Buffer;
  readonly range: { readonly from: number; readonly to: number };
  readonly behaviour: Behaviour;
  readonly rate: number;
}

async function sendBody(request: IncomingMessage, response: ServerResponse, sending: Sending): Promise<void> {
  const { bytes, range, behaviour, rate } = sending;
  const changeAt = range.from + ('afterBytes' in behaviour ? behaviour.afterBytes : Number.POSITIVE_INFINITY);
  for (let at = range.from; at < range.to && !response.destroyed; ) {
    const isChanged = at >= changeAt;
    if (isChanged && behaviour.kind === 'silent') return;
    if (isChanged && behaviour.kind === 'dying') {
      await sleep(30); // What was written leaves before the reset does.
      return void request.socket.resetAndDestroy();
    }
    const now = rateOf(behaviour, rate, isChanged);
    // Twenty pieces a second, so that little is on its way when a connection is given up.
    const to = Math.min(range.to, isChanged ? range.to : changeAt, at + Math.max(20, Math.floor(now / 20)));
    response.write(bytes.subarray(at, to));
    await sleep(((to - at) / now) * 1000);
    at = to;
  }
  response.end();
}

function rateOf(behaviour: Behaviour, rate: number, isChanged: boolean): number {
  if (behaviour.kind === 'slow') return rate * behaviour.share;
  if (!isChanged) return rate;
  return behaviour.kind === 'trickling' ? 400 : rate / 50;
}

/** A number between 0 and 1 that depends on the salt alone. */
function fraction(salt: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const part of salt) {
    state = Math.imul(state ^ (part + 0x85ebca6b), 0xc2b2ae35);
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state ^= state >>> 13;
  }
  return (state >>> 0) / 2 ** 32;
}
