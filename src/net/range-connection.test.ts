import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createNet } from './create-net.ts';
import type { RangeConnection } from './net.ts';

/** Connections of raw sockets against servers that write what a test says, byte by byte. */

let server: Server | undefined;
let sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
  sockets = [];
});

/** A server that answers each request by `answer`; requests come with a number. */
async function connectionTo(answer: (socket: Socket, count: number) => void): Promise<{ connection: RangeConnection; url: string }> {
  let count = 0;
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => answer(socket, count++));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/f`;
  const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/test' });
  const connection = await net.openRangeConnection(url);
  if (!connection) throw new Error('no connection');
  return { connection, url };
}

const head = (length: number): string => `HTTP/1.1 206 Partial Content\r\nContent-Length: ${length}\r\n\r\n`;

test('a connection that is held back by a slow disk is not silent, and a server that falls silent after that still is', async () => {
  // Two buffers full to the last byte: when they are free again nothing comes that could wind up the clock.
  const sent = 2 * 512 * 1024 - head(1_000_000).length;
  const { connection, url } = await connectionTo((socket) => {
    socket.write(head(sent + 1));
    socket.write(Buffer.alloc(sent));
  });
  let received = 0;
  const startMs = performance.now();
  const fetching = connection.fetch(
    { url, purpose: 'download', idleTimeoutMs: 300 },
    {
      onHead: () => undefined,
      async onPiece(piece) {
        await sleep(1000);
        received += piece.length;
        return true;
      },
    },
  );
  await expect(fetching).rejects.toMatchObject({ code: 'NETWORK_FAILED', message: expect.stringContaining('silent for 0.3 s') });
  expect(received).toBe(sent);
  expect(performance.now() - startMs).toBeLessThan(5000);
  connection.close();
});

test('a connection that was stopped again and again in the middle of its pieces goes on after that', async () => {
  const length = 8_000_000;
  const { connection, url } = await connectionTo((socket) =>
    socket.write(Buffer.concat([Buffer.from(head(length)), Buffer.alloc(length, 7)])),
  );
  for (let round = 0; round < 6; round += 1) {
    const stop = new AbortController();
    const fetching = connection.fetch(
      { url, purpose: 'download', signal: stop.signal },
      {
        onHead: () => undefined,
        async onPiece() {
          setTimeout(() => stop.abort(), 20);
          await sleep(60);
          return true;
        },
      },
    );
    await expect(fetching).rejects.toThrow();
  }
  let received = 0;
  const onPiece = async (piece: Uint8Array): Promise<boolean> => {
    expect(Buffer.from(piece).every((byte) => byte === 7)).toBe(true);
    received += piece.length;
    return true;
  };
  await connection.fetch({ url, purpose: 'download', idleTimeoutMs: 3000 }, { onHead: () => undefined, onPiece });
  expect(received).toBe(length);
  connection.close();
});

test.each([
  ['more bytes than announced', `${head(3)}abcdef`],
  ['a status line of another protocol', 'ICY 200 OK\r\n\r\n'],
  ['a header without a colon', 'HTTP/1.1 206 x\r\nnonsense\r\n\r\n'],
  ['chunks', 'HTTP/1.1 206 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  ['an interim answer', `HTTP/1.1 103 Early Hints\r\n\r\n${head(3)}abc`],
  ['a head without end', `HTTP/1.1 206 x\r\n${'a: b\r\n'.repeat(20_000)}`],
])('%s are left to node:http', async (_, answer) => {
  const { connection, url } = await connectionTo((socket) => socket.write(answer));
  const fetching = connection.fetch({ url, purpose: 'download' }, { onHead: () => undefined, onPiece: async () => true });
  await expect(fetching).rejects.toMatchObject({ name: 'UnsupportedResponse' });
  connection.close();
});

test('one connection is kept for one range after the other', async () => {
  const { connection, url } = await connectionTo((socket, count) => socket.write(`${head(3)}${['abc', 'def', 'ghi'][count]}`));
  let text = '';
  const onPiece = async (piece: Uint8Array): Promise<boolean> => {
    text += Buffer.from(piece).toString();
    return true;
  };
  for (let count = 0; count < 3; count += 1) await connection.fetch({ url, purpose: 'download' }, { onHead: () => undefined, onPiece });
  expect(text).toBe('abcdefghi');
  expect(sockets).toHaveLength(1);
  connection.close();
});
