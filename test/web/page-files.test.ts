import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startServer } from '../../src/serve/server.ts';
import { makeServerKey } from '../../src/serve/server-key.ts';
import { raw, serveTiny } from '../serve/served.ts';

/** The files of the page: how large, under which policy, and who gets the token. */

const root = join(import.meta.dirname, '..', '..');
const maxBytes = 150_000;

test('the first load is at most 150 kB compressed', () => {
  const folder = join(root, 'dist', 'web');
  const sizes = readdirSync(folder).map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length);
  expect(sizes).toHaveLength(4);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(maxBytes);
});

test('no source of the page makes elements of text', () => {
  const folder = join(root, 'web');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(tsx?|html)$/.test(name));
  expect(files.length).toBeGreaterThan(10);
  for (const name of files) {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|dangerously|document\.write|\beval\(|new Function|DOMParser/);
    expect(text, name).not.toMatch(/<script(?![^>]*\bsrc=)|\son[a-z]+="|\sstyle="/);
  }
});

test('every file is sent under the policy, and nothing else lies there', async () => {
  await using served = await serveTiny();
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/page.js', 'text/javascript'],
    ['/page.css', 'text/css'],
    ['/icon.svg', 'image/svg+xml'],
  ] as const) {
    const { status, headers } = await raw(`${served.url}${path}`);
    expect(status).toBe(200);
    expect(headers['content-type']).toContain(type);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    for (const part of ["default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'", "frame-ancestors 'none'"])
      expect(headers['content-security-policy']).toContain(part);
  }
  for (const path of ['/index.html', '/page.tsx', '/../package.json', '/%2e%2e/package.json', '/web/page.js'])
    expect((await raw(`${served.url}${path}`)).status).toBe(404);
});

const tokenIn = (html: string): string => /name="luci-token" content="([^"]*)"/.exec(html)?.[1] ?? '';

test('the page may change what is kept by its token, which is another one at every start', async () => {
  await using served = await serveTiny();
  await using other = await serveTiny();
  const tokens = [tokenIn((await raw(served.url)).text), tokenIn((await raw(other.url)).text)];
  expect(tokens[0]).toMatch(/^[\w-]{43}$/);
  expect(tokens[0]).not.toBe(tokens[1]);
  const chats = async (token: string) => (await raw(`${served.url}/luci/chats`, { headers: { authorization: `Bearer ${token}` } })).status;
  expect(await Promise.all([...tokens, '', 'x'].map(chats))).toEqual([200, 401, 401, 401]);
  expect((await raw(served.url, { headers: { origin: 'https://evil.com' } })).status).toBe(403);
  expect((await raw(served.url, { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
});

test('where other machines reach the server the page is told no token', async () => {
  await using served = await serveTiny();
  await makeServerKey(served.luci.directories.state);
  const limits = { maxRunning: 4, maxWaiting: 4, allowedHosts: [], onFault: () => undefined };
  const open = await startServer(served.luci, { ...limits, host: '0.0.0.0', port: 0 });
  const url = open.url.replace('0.0.0.0', '127.0.0.1');
  const page = await raw(url);
  expect([page.status, tokenIn(page.text)]).toEqual([200, '']);
  expect((await raw(`${url}/luci/models`)).status).toBe(401);
  await open[Symbol.asyncDispose]();
});
