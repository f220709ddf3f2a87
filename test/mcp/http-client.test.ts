import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Tool } from '../../src/agent/tool.ts';
import { createMcpServers, type McpServers } from '../../src/mcp/mcp-servers.ts';
import { readMcpConfig } from '../../src/mcp/server-config.ts';
import { createNet } from '../../src/net/create-net.ts';
import type { LedgerEntry } from '../../src/net/net.ts';
import { type Home, makeHome } from '../e2e/luci-process.ts';

/** Servers of `mcp.json` with an address: a real server of the official SDK over real HTTP, and those that do not behave. */

const serverPath = join(import.meta.dirname, '..', 'fixtures', 'mcp-server.mjs');
const key = 'k3y-of-the-test';

let home: Home;
let started: ChildProcess[];
beforeEach(async () => {
  home = await makeHome();
  started = [];
});
afterEach(async () => {
  for (const child of started) child.kill('SIGKILL');
  await home[Symbol.asyncDispose]();
});

interface Started {
  readonly url: string;
  /** What it was asked, as in `POST /mcp tools/list`. */
  readonly asked: string[];
}

async function start(...words: readonly string[]): Promise<Started> {
  const child = spawn(process.execPath, [serverPath, 'http', ...words], { env: { ...process.env, TEST_KEY: key } });
  started.push(child);
  const asked: string[] = [];
  child.stderr.on('data', (text: Buffer) => asked.push(...text.toString().trim().split('\n')));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${port.toString().trim()}/mcp`, asked };
}

interface Opened {
  readonly servers: McpServers;
  readonly told: string[];
  readonly ledger: LedgerEntry[];
}

const configPath = (): string => join(home.folder, 'mcp.json');
/** What a variable of the environment is named by. */
const fromVariable = (variable: string): string => `\${${variable}}`;
const headers = { Authorization: `Bearer ${fromVariable('KEY')}` };

/** The servers of the file, with what they tell and what is on record. */
async function opened(
  mcpServers: Readonly<Record<string, object>>,
  limits: { timeoutMs?: number; callTimeoutMs?: number } = {},
): Promise<Opened> {
  await writeFile(configPath(), JSON.stringify({ mcpServers }));
  const told: string[] = [];
  const ledger: LedgerEntry[] = [];
  const net = createNet({ offline: true, proxy: { none: [] }, userAgent: 'test', record: (entry) => void ledger.push(entry) });
  const configs = readMcpConfig(configPath(), (name) => (name === 'KEY' ? key : undefined));
  const servers = createMcpServers(configs, { environment: {}, net, tell: (news) => void told.push(news), waitMs: 60_000, ...limits });
  return { servers, told, ledger };
}

function named(tools: readonly Tool[], name: string): Tool {
  const tool = tools.find((one) => one.name === name);
  if (!tool) throw new Error(`there is no ${name} among ${tools.map((one) => one.name).join(', ')}`);
  return tool;
}

test.each([[[]], [['json']]])('its tools are called, each is asked for, it is on record, and the session is ended: %j', async (words) => {
  const { url, asked } = await start(...words);
  const { servers, told, ledger } = await opened({ time: { type: 'http', url, headers } });
  const tools = await servers.tools();
  expect(told.filter((line) => !line.includes('odd'))).toEqual([]);
  const clock = named(tools, 'time__clock');
  expect(await clock.isDestructive?.({})).toBe(true);
  expect(await clock.run({ town: 'Oslo' })).toContain('It is noon in Oslo.');
  await expect(named(tools, 'time__fail').run({})).rejects.toThrow('no such table');
  expect(servers.states).toMatchObject([{ name: 'time', state: 'ready', self: 'test-server 1.2.3' }]);
  await servers[Symbol.asyncDispose]();
  await expect.poll(() => asked.at(-1)).toMatch(/^DELETE \/mcp/);
  expect(asked.filter((line) => line.startsWith('GET'))).toEqual([]);
  expect(new Set(ledger.map(({ purpose, host }) => `${purpose} ${host}`))).toEqual(new Set([`mcp ${new URL(url).host}`]));
  expect(JSON.stringify(ledger)).not.toContain(key);
});

test('a server that is away, wants another key, is elsewhere or is none is told by name, without the key, and the others are there', async () => {
  const { url, asked } = await start();
  const page = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<html>hello</html>'));
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const { servers, told, ledger } = await opened({
    time: { url, headers },
    away: { url: 'http://127.0.0.1:9/mcp', headers },
    refused: { url, headers: { Authorization: 'Bearer another-key' } },
    moved: { url: new URL('/moved', url).href, headers },
    offline: { url: 'https://example.com/mcp?token=t0ken', headers },
    page: { url: `http://127.0.0.1:${(page.address() as AddressInfo).port}/`, headers },
    unset: { url, headers: { Authorization: fromVariable('NO_SUCH_VARIABLE') } },
    old: { url, type: 'sse' },
    named: { url: 'https://me:secret@example.com/mcp' },
    odd: { url, headers: { 'X-Key': `${key}\nX-Other: 1` } },
  });
  await using _ = servers;
  expect((await servers.tools()).map(({ name }) => name)).toContain('time__clock');
  const about = (name: string): string => told.filter((line) => line.includes(`server ${name} `)).join('\n');
  expect(about('away')).toContain('connection refused');
  expect(about('refused')).toMatch(/HTTP status 401.*not allowed: \*\*\*/);
  expect(about('moved')).toContain('other.invalid');
  expect(about('offline')).toContain('luci is offline and does not reach out to example.com');
  expect(about('page')).toContain('text/html');
  expect(about('unset')).toContain('the environment has no NO_SUCH_VARIABLE');
  expect(about('old')).toContain('sse');
  expect(about('named')).toContain('a name or a password');
  expect(about('odd')).toContain('its header "X-Key" cannot be sent');
  for (const secret of [key, 'another-key', 't0ken', 'secret@'])
    expect(`${told.join('\n')}${JSON.stringify(ledger)}`).not.toContain(secret);
  expect(ledger.find(({ host }) => host === 'example.com')?.outcome).toBe('OFFLINE');
  // The key goes to the server that was named, and nowhere else.
  expect(ledger.some(({ host }) => host === 'other.invalid')).toBe(false);
  expect(asked.length).toBeGreaterThan(0);
  page.close();
});

test('a server that does not answer is given up, as is a call, and an answer that has no end', async () => {
  const silent = await start('silent');
  const [{ url }, whole] = [await start(), await start('json')];
  const configured = { silent: { url: silent.url }, time: { url, headers }, whole: { url: whole.url, headers } };
  const { servers, told } = await opened(configured, { timeoutMs: 3000, callTimeoutMs: 1500 });
  await using _ = servers;
  const tools = await servers.tools();
  await expect.poll(() => told.join('\n'), { timeout: 10_000 }).toContain('The MCP server silent did not answer within 3 s.');
  await expect(named(tools, 'time__wait').run({})).rejects.toThrow('the MCP server time did not answer within 1.5 s');
  for (const name of ['time__endless', 'whole__endless']) await expect(named(tools, name).run({})).rejects.toThrow('more than 8.00 MB');
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  await expect(named(tools, 'time__wait').run({}, stop.signal)).rejects.toThrow();
  expect(await named(tools, 'time__clock').run({ town: 'Oslo' })).toContain('noon');
});

test('a server that goes away in a call is told at once, and by the next call', async () => {
  const { url } = await start();
  const { servers } = await opened({ time: { url, headers } });
  await using _ = servers;
  const tools = await servers.tools();
  const clock = named(tools, 'time__clock');
  await expect(named(tools, 'time__leave').run({})).rejects.toThrow('the MCP server time');
  await expect(clock.run({ town: 'Oslo' })).rejects.toThrow('the MCP server time cannot be reached');
});

test('luci mcp list reaches it, also offline where it is on this machine', async () => {
  const { url } = await start();
  await writeFile(configPath(), JSON.stringify({ mcpServers: { time: { url, headers }, far: { url: 'https://example.com/mcp' } } }));
  const { stdout } = await home.luci(['mcp', 'list', '--json', '--offline'], { environment: { KEY: key } });
  expect(JSON.parse(stdout)).toMatchObject([
    { name: 'time', state: 'ready', self: 'test-server 1.2.3' },
    { name: 'far', state: 'failed', problem: expect.stringContaining('luci is offline') },
  ]);
  expect(stdout).not.toContain(key);
});
