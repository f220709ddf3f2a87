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
/** Where the hub sends everybody, when it is set. */
let redirect: string | undefined;
let home: Home;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'luci-tls-'));
  makeCertificate('', 'DNS:hub.example,IP:127.0.0.1');
  makeCertificate('other-', 'DNS:other.example');
});

function makeCertificate(name: string, subjects: string): void {
  const files = ['-keyout', join(folder, `${name}key.pem`), '-out', join(folder, `${name}cert.pem`)];
  const subject = ['-subj', '/CN=hub.example', '-addext', `subjectAltName=${subjects}`];
  expect(spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject]).status).toBe(0);
}

const certificateOf = (name: string) => ({
  key: readFileSync(join(folder, `${name}key.pem`)),
  cert: readFileSync(join(folder, `${name}cert.pem`)),
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  connects = [];
  tunnels = [];
  redirect = undefined;
  hub = createHttps(certificateOf(''), (request, response) => {
    if (redirect !== undefined) return void response.writeHead(302, { Location: redirect }).end();
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const [start, end] = [Number(from ?? 0), Number(to ?? bytes.length - 1)];
    const isRange = from !== undefined;
    const range = isRange ? { 'Content-Range': `bytes ${start}-${end}/${bytes.length}` } : {};
    response.writeHead(isRange ? 206 : 200, { ...range, 'Content-Length': end - start + 1 }).end(bytes.subarray(start, end + 1));
  });
  // A plain address comes to the proxy as a whole, and only a request for a file of the hub is let through.
  proxy = createHttp((request, response) => {
    connects.push(`${request.url} ${request.headers['proxy-authorization'] === proxyAuthorization ? 'let in' : 'refused'}`);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const part = bytes.subarray(Number(from), Number(to) + 1);
    response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/${bytes.length}`, 'Content-Length': part.length }).end(part);
  });
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

test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])(
  'a plain address goes through the proxy of %s, with its name and password',
  async (name) => {
    const ran = await install({ [name]: `http://anna:p%40ss@127.0.0.1:${portOf(proxy)}`, HF_ENDPOINT: 'http://hub.example/x' });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(new Set(connects)).toEqual(new Set([`http://hub.example/x/owner/tiny/resolve/${'a'.repeat(40)}/tiny.gguf let in`]));
  },
);

test('no_proxy in small letters counts, also with a port', async () => {
  const proxied = { HTTPS_PROXY: `http://anna:p%40ss@127.0.0.1:${portOf(proxy)}` };
  expect(await install({ ...proxied, no_proxy: 'hub.example:443' })).toMatchObject({ exitCode: 4 });
  expect(connects).toEqual([]);
  expect(await install({ ...proxied, no_proxy: 'hub.example:8443,ub.example' })).toMatchObject({ exitCode: 0 });
});

test('a proxy of another kind is named, not spoken to', async () => {
  const ran = await install({ ALL_PROXY: `socks5h://anna:secret@127.0.0.1:${portOf(proxy)}` });
  expect(ran).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('socks5h://; luci speaks to http:// only') });
  expect(ran.stderr).not.toContain('secret');
  expect(connects).toEqual([]);
});

test('DL-21, a certificate for another name is refused, and said so', async () => {
  const other = createHttps(certificateOf('other-'), (_, response) => response.end());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const environment = { HF_ENDPOINT: `https://127.0.0.1:${portOf(other)}`, NODE_EXTRA_CA_CERTS: join(folder, 'other-cert.pem') };
  const ran = await install(environment);
  expect(ran).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('its certificate is for another name') });
  other.closeAllConnections();
  await new Promise((resolve) => other.close(resolve));
});

test('case 21, from https nothing goes on to http: refused, and the other server is never asked', async () => {
  let asked = 0;
  const plain = createHttp((_, response) => {
    asked += 1;
    response.end();
  });
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  redirect = `http://127.0.0.1:${portOf(plain)}/file?Signature=secret-part`;
  const ran = await install({ HF_ENDPOINT: `https://127.0.0.1:${portOf(hub)}`, HF_TOKEN: 'hf_secret' });
  expect(ran).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('not https; refused') });
  expect(ran.stderr).not.toMatch(/secret/);
  expect(asked).toBe(0);
  plain.closeAllConnections();
  await new Promise((resolve) => plain.close(resolve));
});

test('over TLS nothing is printed that luci did not mean to', async () => {
  const ran = await install({ HF_ENDPOINT: `https://127.0.0.1:${portOf(hub)}` });
  expect(ran).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('Warning') });
});
