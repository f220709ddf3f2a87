// The server of bench:download: one file under every path, ranges, optionally TLS, optionally a rate a connection. Prints its address.

import { once } from 'node:events';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { file: { type: 'string' }, rate: { type: 'string' }, key: { type: 'string' }, cert: { type: 'string' } },
});
const path = values.file ?? '';
const { size } = statSync(path);
const rate = values.rate === undefined ? undefined : Number(values.rate);

const serve = (request: IncomingMessage, response: ServerResponse): void => {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = asked ? Number(asked[1]) : 0;
  const end = asked?.[2] ? Math.min(Number(asked[2]), size - 1) : size - 1;
  response.writeHead(asked ? 206 : 200, {
    'Content-Length': end - start + 1,
    'Accept-Ranges': 'bytes',
    ETag: '"bench"',
    'Content-Type': 'application/octet-stream',
    ...(asked ? { 'Content-Range': `bytes ${start}-${end}/${size}` } : {}),
  });
  if (request.method === 'HEAD') return void response.end();
  const stream = createReadStream(path, { start, end, highWaterMark: 1024 ** 2 });
  response.once('close', () => stream.destroy());
  if (rate === undefined) return void stream.pipe(response);
  void sendSlowly(stream, response, rate);
};

async function sendSlowly(stream: AsyncIterable<Buffer>, response: ServerResponse, bytesPerSecond: number): Promise<void> {
  const startedMs = performance.now();
  let sent = 0;
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  try {
    for await (const chunk of stream) {
      for (let at = 0; at < chunk.length; at += 65_536) {
        const piece = chunk.subarray(at, at + 65_536);
        if (!response.write(piece)) await once(response, 'drain', { signal: closed.signal });
        sent += piece.length;
        await sleep(Math.max(0, startedMs + (sent / bytesPerSecond) * 1000 - performance.now()));
      }
    }
    response.end();
  } catch {
    response.destroy(); // The client left.
  }
}

const server = values.cert
  ? createTls({ key: readFileSync(values.key ?? ''), cert: readFileSync(values.cert) }, serve)
  : createPlain(serve);
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${values.cert ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
