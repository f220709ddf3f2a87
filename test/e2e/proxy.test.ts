import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Home, makeHome } from './luci-process.ts';

/** A hub over TLS with a certificate of a company's own, reached through a proxy that wants a name and a password. */

const bytes = tinyGguf();
const sha256 = createHash('sha256').update(bytes).digest('hex');
const proxyAuthorization = `Basic ${Buffer.from('anna:p@ss').toString('base64')}`;

let folder: string;
let hub: Server;
let proxy: Server;
let connects: string[];
let tunnels: Duplex[];
let home: Home;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'luci-tls-'));
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const made = spawnSync('openssl', [
    ...args,
    '-days',
    '2',
    '-subj',
    '/CN=hub.example',
    '-addext',
    'subjectAltName=DNS:hub.example,IP:127.0.0.1',
  ]);
  expect(made.status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  connects = [];
  tunnels = [];
  hub = createHttps({ key: readFileSync(join(folder, 'key.pem')), cert: readFileSync(join(folder, 'cert.pem')) }, (request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const [start, end] = [Number(from ?? 0), Number(to ?? bytes.length - 1)];
    const isRange = from !== undefined;
    const range = isRange ? { 'Content-Range': `bytes ${start}-${end}/${bytes.length}` } : {};
    response.writeHead(isRange ? 206 : 200, { ...range, 'Content-Length': end - start + 1 }).end(bytes.subarray(start, end + 1));
  });
  proxy = createHttp();
  proxy.on('connect', (request, socket) => {
    tunnels.push(socket);
    connects.push(`${request.url} ${request.headers['proxy-authorization'] === proxyAuthorization ? 'let in' : 'refused'}`);
    if (request.headers['proxy-authorization'] !== proxyAuthorization)
      return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const onward = connect((hub.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  for (const server of [hub, proxy]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  home = await makeHome();
  const entry = { name: 'tiny-test', aliases: [], parametersB: 0.001, tier: 0, license: 'MIT', quantization: 'F16', repo: 'owner/tiny' };
  const pin = { revision: 'a'.repeat(40), file: 'tiny.gguf', sizeBytes: bytes.length, sha256 };
  writeFileSync(join(home.folder, 'catalog.json'), JSON.stringify([{ ...entry, ...pin }]));
});
afterEach(async () => {
  await home[Symbol.asyncDispose]();
  // A server does not count what it handed on as its connections.
  for (const tunnel of tunnels) tunnel.destroy();
  for (const server of [hub, proxy]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const install = (environment: Record<string, string>) =>
  home.luci(['install', 'tiny-test'], {
    environment: { HF_ENDPOINT: 'https://hub.example', NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'), ...environment },
  });

test.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'])(
  'through the proxy of %s, with its name and password, which are told to nobody else',
  async (name) => {
    const ran = await install({ [name]: `http://anna:p%40ss@127.0.0.1:${portOf(proxy)}` });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(connects.length).toBeGreaterThan(1);
    expect(new Set(connects)).toEqual(new Set(['hub.example:443 let in']));
    expect(readFileSync(join(home.folder, 'state', 'net.jsonl'), 'utf8')).not.toMatch(/anna|ss/);
  },
);

test('a proxy that refuses is said so, without the password', async () => {
  const ran = await install({ HTTPS_PROXY: `http://anna:wrong@127.0.0.1:${portOf(proxy)}` });
  expect(ran).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('the proxy wants a name and a password') });
  expect(ran.stderr).not.toContain('wrong@');
});

test('NO_PROXY goes past it; a machine of this one always does', async () => {
  const past = await install({ HTTPS_PROXY: `http://anna:p%40ss@127.0.0.1:${portOf(proxy)}`, NO_PROXY: '.example' });
  expect(past).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('hub.example') });
  expect(connects).toEqual([]);
  const here = await install({ HTTPS_PROXY: 'http://127.0.0.1:9', HF_ENDPOINT: `https://127.0.0.1:${portOf(hub)}` });
  expect(here.exitCode).toBe(0);
});

test('a certificate nobody vouches for is refused, and what to set is said', async () => {
  const ran = await install({ HF_ENDPOINT: `https://127.0.0.1:${portOf(hub)}`, NODE_EXTRA_CA_CERTS: '' });
  expect(ran).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
});
