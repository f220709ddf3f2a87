import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createNet } from './create-net.ts';

/** Servers that are never silent for long, and never get to the end of their head either. */

let server: Server | undefined;
let timer: NodeJS.Timeout | undefined;
const sockets: Socket[] = [];
afterEach(() => {
  clearInterval(timer);
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** Writes `first`, then `next` every 50 ms. */
async function serve(first: string, next: string): Promise<string> {
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(first);
      timer = setInterval(() => socket.write(next), 50);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/f`;
}

const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/test' });
const limits = { purpose: 'download', connectTimeoutMs: 300, idleTimeoutMs: 200 } as const;
const slow = { code: 'NETWORK_FAILED', message: expect.stringContaining('no whole answer head within 0.7 s') };

test.each([
  ['a byte of a header now and then', 'HTTP/1.1 206 x\r\nX-Filler: ', 'a'],
  ['interim answers without end', '', 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n'],
])('%s is not waited for without end by node:http', async (_, first, next) => {
  await expect(net.request({ url: await serve(first, next), ...limits })).rejects.toMatchObject(slow);
});

test('a byte of a header now and then is not waited for without end by a range connection', async () => {
  const url = await serve('HTTP/1.1 206 x\r\nX-Filler: ', 'a');
  const connection = await net.openRangeConnection(url);
  const body = { onHead: () => undefined, onPiece: async () => true };
  await expect(connection?.fetch({ url, ...limits }, body)).rejects.toMatchObject(slow);
  connection?.close();
});
