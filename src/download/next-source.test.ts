import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNet } from '../net/create-net.ts';
import type { DownloadEvent } from './download-event.ts';
import { downloadFile } from './download-file.ts';

/** Sources that are never silent for long and send next to nothing: the next one is asked. */

const bytes = randomBytes(500_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');
let folder: string;
let servers: Server[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci next '));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await rm(folder, { recursive: true });
});

/** A server of the file; one that drips sends a byte of the body every 50 ms after the first 1,000. */
async function serve({ drips = false, ranges = true } = {}): Promise<string> {
  const server = createServer((request, response) => {
    const [, from = '0', to = String(bytes.length - 1)] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const isRange = ranges && request.headers.range !== undefined;
    const part = isRange ? bytes.subarray(Number(from), Number(to) + 1) : bytes;
    const headers = { 'Content-Length': part.length, ETag: '"one"' };
    response.writeHead(isRange ? 206 : 200, isRange ? { ...headers, 'Content-Range': `bytes ${from}-${to}/${bytes.length}` } : headers);
    if (!drips || part.length === 1) return void response.end(part);
    response.write(part.subarray(0, 1000));
    let at = 1000;
    const timer = setInterval(() => response.write(part.subarray(at, ++at)), 50);
    response.once('close', () => clearInterval(timer));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/f.bin`;
}

test.each([
  ['by ranges, over socket', 'socket', true],
  ['by ranges, over node', 'node', true],
  ['in one stream', 'socket', false],
] as const)('%s: a source that drips is left for the next, which goes on from there', async (_, transport, ranges) => {
  const events: DownloadEvent[] = [];
  const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/test' });
  const [dripping, good] = [await serve({ drips: true, ranges }), await serve()];
  const sources = [dripping, good].map((url) => ({ kind: 'url', url }) as const);
  const done = await downloadFile(
    net,
    { name: 'f.bin', sizeBytes: bytes.length, sha256, sources },
    {
      partialFolder: join(folder, '.partial'),
      destinationPath: join(folder, 'f.bin'),
      hub: { endpoint: 'http://127.0.0.1:9' },
      transport,
      silenceMs: 300,
      onEvent: (event) => events.push(event),
    },
  );
  expect((await readFile(done.path)).equals(bytes)).toBe(true);
  expect(done.source).toEqual(sources[1]);
  const reasons = events.flatMap((event) => (event.type === 'source' && event.state === 'failed' ? [event.reason] : []));
  expect(reasons).toEqual([expect.stringMatching(/ sent no more than \d+ B\/s over the last 1 s$/)]);
});
