import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../src/serve/server.ts';
import { makeServerKey } from '../../src/serve/server-key.ts';
import { makeHome, program } from '../e2e/luci-process.ts';
import { scriptedSession } from '../fixtures/scripted-session.ts';
import { post, raw, type Served, serveTiny } from './served.ts';

/** Who may ask the server, and what it tells. */

let served: Served;
let key: string;
const limits = { maxRunning: 4, maxWaiting: 4, allowedHosts: [], onFault: () => undefined };
beforeAll(async () => {
  served = await serveTiny({ open: () => scriptedSession(() => 'yes') });
  key = await makeServerKey(served.luci.directories.state);
});
afterAll(() => served[Symbol.asyncDispose]());

const status = async (headers: Record<string, string>, path = '/v1/models'): Promise<number> =>
  (await raw(`${served.url}${path}`, { headers })).status;

test.each(['evil.com', 'localhost.evil.com', '127.0.0.1.nip.io', '0.0.0.0', '[::2]', 'evil.com:5824'])(
  'the name %j is not one of this machine',
  async (host) => {
    expect(await status({ host })).toBe(403);
  },
);

test.each(['host: \r\n', '', 'host: 127.0.0.1@evil.com\r\n', 'host: localhost\r\nhost: evil.com\r\n'])(
  'a request whose host is %j is refused',
  async (header) => {
    const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
    socket.write(`GET /v1/models HTTP/1.1\r\n${header}connection: close\r\n\r\n`);
    expect((await readAll(socket)).split('\r\n')[0]).toMatch(/^HTTP\/1.1 40[03] /);
  },
);

test.each(['localhost', 'localhost:1', '127.0.0.1:5824', '127.5.5.5', '[::1]:80', 'LOCALHOST'])('the name %j is', async (host) => {
  expect(await status({ host })).toBe(200);
});

test.each(['https://evil.com', 'null', 'file://', 'chrome-extension://abc', 'http://localhost:1'])(
  'a page of %s may not ask, and no header allows it to read',
  async (origin) => {
    for (const method of ['POST', 'OPTIONS']) {
      const { status: code, headers } = await raw(`${served.url}/v1/chat/completions`, { method, headers: { origin }, body: '{}' });
      expect(code).toBe(403);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  },
);

test('a page that does not say its origin is told by where the browser says it is', async () => {
  expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(200);
});

test('what is kept here is changed with the key alone', async () => {
  const other = await startServer(served.luci, { ...limits, host: '127.0.0.1', port: 0 });
  const remove = async (headers: Record<string, string>) =>
    (await raw(`${other.url}/api/delete`, { method: 'DELETE', headers, body: '{"model":"none"}' })).status;
  expect(await remove({})).toBe(401);
  for (const wrong of ['', 'Bearer', 'Bearer  ', `Bearer ${key}x`, `Bearer ${key.slice(0, -1)}`, `Basic ${key}`])
    expect(await remove({ authorization: wrong })).toBe(401);
  expect(await remove({ authorization: `Bearer ${key}` })).toBe(404);
  expect(await remove({ 'x-api-key': key })).toBe(404);
  await other[Symbol.asyncDispose]();
});

test('at an address that others reach everything needs the key, and without one it is not opened', async () => {
  const open = await startServer(served.luci, { ...limits, host: '0.0.0.0', port: 0 });
  const url = open.url.replace('0.0.0.0', '127.0.0.1');
  expect((await raw(`${url}/v1/models`)).status).toBe(401);
  expect((await raw(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  await open[Symbol.asyncDispose]();
  await using home = await makeHome();
  expect(await home.luci(['serve', '--host', '0.0.0.0', '--port', '0'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('luci serve key'),
  });
});

test.each([
  '../../etc/passwd',
  '/etc/passwd',
  '%2e%2e%2f',
  'a\0b',
  'CON',
  '-m',
  'x'.repeat(10_240),
  'http://127.0.0.1/x.gguf',
  'file:///etc/passwd',
])('the model %j is not fetched', async (model) => {
  const other = await startServer(served.luci, { ...limits, host: '127.0.0.1', port: 0 });
  const { status: code, body } = await post(`${other.url}/api/pull`, { model, stream: false }, { authorization: `Bearer ${key}` });
  expect([400, 403, 404, 503]).toContain(code);
  expect(JSON.stringify(body)).not.toContain(served.home);
  await other[Symbol.asyncDispose]();
});

test('a path in what went wrong is not told', async () => {
  await using broken = await serveTiny();
  const { body } = await post(`${broken.url}/v1/chat/completions`, {
    model: join(broken.home, 'models', 'nothing.gguf'),
    messages: [{ role: 'user', content: 'hi' }],
  });
  expect(JSON.stringify(body)).not.toContain(broken.home);
});

test('a body that is too large, no JSON, or no text is refused', async () => {
  const send = async (body: string) => (await raw(`${served.url}/v1/chat/completions`, { method: 'POST', body })).status;
  expect(await send('x'.repeat(9 * 2 ** 20))).toBe(413);
  expect(await send('{"model":')).toBe(400);
  expect(await send('['.repeat(1e5))).toBe(400);
  expect(await send('\xff')).toBe(400);
});

test('headers without end are cut off', async () => {
  const { status: code } = await raw(`${served.url}/health`, { headers: { 'x-long': 'a'.repeat(20_000) } });
  expect(code).toBe(431);
});

test('what is not there is told in the words of the protocol', async () => {
  expect(await post(`${served.url}/v1/nothing`, {})).toMatchObject({ status: 404, body: { error: { type: 'invalid_request_error' } } });
  expect(await post(`${served.url}/api/nothing`, {})).toMatchObject({ status: 404, body: { error: expect.any(String) } });
});

test('a question more than may wait is refused before anything is sent, and told when to come again', async () => {
  await using busy = await serveTiny({ maxRunning: 1, maxWaiting: 1 });
  const ask = () =>
    raw(`${busy.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'tiny', stream: true, messages: [{ role: 'user', content: 'hi' }] }),
    });
  const replies = await Promise.all([ask(), ask(), ask(), ask()]);
  expect(replies.map(({ status: code }) => code).sort()).toEqual([200, 200, 503, 503]);
  expect(replies.find(({ status: code }) => code === 503)?.headers['retry-after']).toMatch(/^\d+$/);
});

test('a client that goes away frees its place', async () => {
  let isLeft = false;
  const endless = {
    ...scriptedSession(() => 'x'),
    async *generate(_: unknown, signal?: AbortSignal) {
      try {
        for (;;) {
          signal?.throwIfAborted();
          yield { type: 'text' as const, text: 'word ' };
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } finally {
        isLeft = true;
      }
    },
  };
  await using one = await serveTiny({ open: () => endless, maxRunning: 1, maxWaiting: 0 });
  for (const stream of [true, false]) {
    isLeft = false;
    const socket = connect(Number(new URL(one.url).port), '127.0.0.1');
    const body = JSON.stringify({ model: 'tiny', stream, messages: [{ role: 'user', content: 'hi' }] });
    socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    await expect.poll(async () => (await raw(`${one.url}/metrics`)).text).toContain('luci_requests_running 1');
    socket.destroy();
    await expect.poll(async () => (await raw(`${one.url}/metrics`)).text).toContain('luci_requests_running 0');
    expect(isLeft).toBe(true);
  }
});

test('the command serves until it is told to end', async () => {
  await using home = await makeHome();
  const child = spawn(process.execPath, [program, 'serve', '--port', '0', '--json'], { env: { ...process.env, LUCI_HOME: home.folder } });
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (data: Buffer) => resolve(data.toString())));
  const { url } = JSON.parse(line) as { url: string };
  expect(JSON.parse((await raw(`${url}/health`)).text)).toMatchObject({ status: 'ok' });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  await expect(raw(`${url}/health`)).rejects.toThrow('ECONNREFUSED');
});
