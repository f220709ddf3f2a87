import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLuci } from '../../src/app/create-luci.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { Session } from '../../src/engine/engine.ts';
import { serveMcp } from '../../src/mcp/mcp-server.ts';
import { Client, StdioClientTransport, StdioServerTransport } from '../../src/mcp/sdk.ts';
import { type Home, makeHome, program } from '../e2e/luci-process.ts';
import { tinyGguf, tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { scriptedSession } from '../fixtures/scripted-session.ts';

/** `luci mcp` through the official client: over a real process, and over streams where the model must say what the tiny one never says. */

let home: Home;
beforeEach(async () => {
  home = await makeHome();
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'tiny.gguf'), tinyGguf());
});
afterEach(() => home[Symbol.asyncDispose]());

/** A client of `luci mcp` in the home. */
async function connected(args: readonly string[] = [], options: ConstructorParameters<typeof Client>[1] = {}) {
  const client = new Client({ name: 'test', version: '1' }, options);
  const env = { ...process.env, LUCI_HOME: home.folder, LUCI_KEEP_ALIVE: '20' } as Record<string, string>;
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [program, 'mcp', ...args], env, stderr: 'ignore' }));
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

async function call(client: Client, name: string, given: Record<string, unknown> = {}) {
  const { content, structuredContent, isError } = await client.callTool({ name, arguments: given });
  const [first] = content;
  return { text: first?.type === 'text' ? first.text : '', data: structuredContent, isError };
}

test.each([
  ['of 2025', {}, 'legacy'],
  ['of 2026', { versionNegotiation: { mode: 'auto' } }, 'modern'],
] as const)('a client of the protocol %s lists the tools and asks the model', async (_, options, era) => {
  await using session = await connected([], options);
  const { client } = session;
  expect(client.getProtocolEra()).toBe(era);
  expect(client.getServerVersion()).toMatchObject({ name: 'luci' });
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['ask', 'list_models', 'test_model', 'search_catalog']);
  for (const { inputSchema, description, annotations } of tools) {
    expect(inputSchema.type).toBe('object');
    expect(description).toBeTruthy();
    expect(annotations?.title).toBeTruthy();
  }
  expect(await call(client, 'ask', { prompt: 'hi', model: 'tiny' })).toEqual({ text: tinyReply, isError: false });
});

test('models: what is installed, and what the catalogue has', async () => {
  await using session = await connected();
  const { client } = session;
  const installed = await call(client, 'list_models');
  expect(installed.data).toMatchObject({ models: [{ name: 'tiny', enabled: true, provenTier: null, fits: 'yes' }] });
  expect(JSON.parse(installed.text)).toEqual(installed.data);
  const { data } = await call(client, 'search_catalog', { text: 'coder', limit: 2 });
  expect(data).toMatchObject({ found: expect.any(Number), models: [{ installed: false }, { installed: false }] });
  expect((data as { found: number }).found).toBeGreaterThan(2);
});

test('wrong calls and failures are results that say what to do', async () => {
  await using session = await connected();
  const { client } = session;
  expect(await call(client, 'ask', { prompt: 'hi', model: 'llama3.2' })).toMatchObject({
    isError: true,
    text: expect.stringMatching(/^error: .*llama3\.2[\s\S]*luci install llama3\.2/),
  });
  expect(await call(client, 'ask', { question: 'hi' })).toMatchObject({ isError: true, text: expect.stringContaining('prompt') });
  expect(await call(client, 'aks', { prompt: 'hi' })).toMatchObject({ isError: true, text: expect.stringContaining('The nearest is ask') });
});

test('a model is tested with news on the way, and the result is known afterwards', async () => {
  await using session = await connected();
  const { client } = session;
  expect((await call(client, 'test_model', { model: 'tiny' })).data).toMatchObject({ tested: false });
  const news: string[] = [];
  const onprogress = ({ message }: { message?: string }): void => void news.push(message ?? '');
  const result = await client.callTool(
    { name: 'test_model', arguments: { model: 'tiny', run: true, tier: 0 } },
    { onprogress, timeout: 300_000 },
  );
  expect(result.structuredContent).toMatchObject({
    model: 'tiny',
    provenTier: -1,
    complete: true,
    tiers: [{ tier: 0, verdict: 'fail', total: 10 }],
  });
  expect(news.length).toBeGreaterThan(0);
  expect(news.some((line) => /tier 0: question \d+ of 10/.test(line))).toBe(true);
  expect((await call(client, 'test_model', { model: 'tiny' })).data).toMatchObject({ tested: true, provenTier: -1 });
}, 300_000);

test('a folder is only read, unless changes were allowed', async () => {
  const root = join(home.folder, 'notes');
  await mkdir(root);
  await writeFile(join(root, 'a.txt'), 'old');
  {
    await using session = await connected(['--root', root]);
    const { client } = session;
    const names = (await client.listTools()).tools.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ask', 'list_files', 'read_file', 'system_info']));
    expect(names).not.toEqual(expect.arrayContaining(['write_file']));
    expect(await call(client, 'read_file', { path: 'a.txt' })).toMatchObject({ text: expect.stringContaining('old'), isError: false });
    expect(await call(client, 'read_file', { path: '../mcp.json' })).toMatchObject({ isError: true });
    expect(await call(client, 'write_file', { path: 'a.txt', content: 'new' })).toMatchObject({ isError: true });
  }
  await using session = await connected(['--root', root, '--allow']);
  const { tools } = await session.client.listTools();
  expect(tools.find(({ name }) => name === 'write_file')?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  expect(await call(session.client, 'write_file', { path: 'a.txt', content: 'new' })).toMatchObject({ isError: false });
  expect(await readFile(join(root, 'a.txt'), 'utf8')).toBe('new');
  // More than can be kept for undo, and nothing on the disk: what cannot come back is not what was allowed.
  await writeFile(join(root, 'big.bin'), '');
  await truncate(join(root, 'big.bin'), 1_100_000_000);
  const lost = await call(session.client, 'delete_file', { path: 'big.bin' });
  expect(lost).toMatchObject({ text: expect.stringContaining('cannot be undone'), isError: true });
  expect((await stat(join(root, 'big.bin'))).size).toBe(1_100_000_000);
});

test('--allow without a folder cannot be meant', async () => {
  expect(await home.luci(['mcp', '--allow'])).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringContaining('luci mcp --root . --allow'),
  });
});

test('stdout carries the protocol alone, whatever comes in, and the end of the input ends it', async () => {
  const child = spawn(process.execPath, [program, 'mcp'], { env: { ...process.env, LUCI_HOME: home.folder, LUCI_KEEP_ALIVE: '20' } });
  let out = '';
  child.stdout.on('data', (piece: Buffer) => {
    out += piece;
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  const client = { name: 'test', version: '1' };
  const lines = [
    'no JSON at all',
    '{"jsonrpc":"2.0"}',
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: client },
    }),
    JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
    JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'ask', arguments: { prompt: 'hi', model: 'gone' } } }),
    JSON.stringify({ jsonrpc: '2.0', id: 3, method: 'no/such' }),
  ];
  child.stdin.write(`${lines.join('\n')}\n`);
  await expect.poll(() => out.split('\n').length, { timeout: 30_000 }).toBeGreaterThan(3);
  child.stdin.end();
  expect(await closed).toBe(0);
  const messages = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { jsonrpc: string; id?: number });
  expect(messages.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
  expect(messages.map(({ id }) => id).sort()).toEqual(expect.arrayContaining([1, 2, 3]));
});

/** A client in this process, of a luci whose model says what a script says. */
async function scripted(session: Session) {
  const folder = await mkdtemp(join(tmpdir(), 'luci mcp '));
  await mkdir(join(folder, 'models'));
  await writeFile(join(folder, 'models', 'tiny.gguf'), tinyGguf());
  const luci = createLuci(resolveSettings({ home: folder, offline: true }, {}));
  const open = async () => session;
  const { createAgent } = await import('../../src/agent/agent.ts');
  const agent: typeof luci.agent = ({ model: _, onLoad: _onLoad, force: _force, ...options } = {}) =>
    createAgent({ ...options, openModel: open });
  const [input, output] = [new PassThrough(), new PassThrough()];
  const faults: unknown[] = [];
  const ended = serveMcp(
    { ...luci, open, agent },
    { input, write: (text) => void output.write(text), onFault: (error) => void faults.push(error), signal: new AbortController().signal },
  );
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioServerTransport(output, input));
  return {
    client,
    faults,
    async [Symbol.asyncDispose]() {
      await client.close();
      input.end();
      await ended;
      await luci[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

test('a schema forces the answer, which comes as data', async () => {
  const session = scriptedSession(() => '{"town": "Oslo"}');
  await using served = await scripted(session);
  const schema = { type: 'object', properties: { town: { type: 'string' } }, required: ['town'] };
  expect(await call(served.client, 'ask', { prompt: 'Where?', schema, system: 'Be short.', maxTokens: 50 })).toEqual({
    text: '{"town":"Oslo"}',
    data: { value: { town: 'Oslo' } },
    isError: false,
  });
  expect(session.requests[0]).toMatchObject({ jsonSchema: schema, maxTokens: 50, sampling: { temperature: 0 } });
  expect(session.requests[0]?.messages[0]).toEqual({ role: 'system', content: 'Be short.' });
});

test('a call that is cancelled ends the generation, and luci goes on', async () => {
  let stopped = false;
  const base = scriptedSession(() => 'yes');
  let isEndless = true;
  await using served = await scripted({
    ...base,
    async *generate(request, signal) {
      if (!isEndless) return yield* base.generate(request, signal);
      try {
        for (;;) {
          signal?.throwIfAborted();
          yield { type: 'text' as const, text: 'on ' };
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      } finally {
        stopped = true;
      }
    },
  });
  const stop = new AbortController();
  const onprogress = (): void => stop.abort();
  const asked = served.client.callTool({ name: 'ask', arguments: { prompt: 'hi' } }, { signal: stop.signal, onprogress });
  await expect(asked).rejects.toThrow();
  await expect.poll(() => stopped).toBe(true);
  isEndless = false;
  expect(await call(served.client, 'ask', { prompt: 'hi' })).toEqual({ text: 'yes', isError: false });
});

test('a mistake of luci is told as one, and not to stdout', async () => {
  await using served = await scripted({
    ...scriptedSession(() => ''),
    generate: () => {
      throw new Error('a bug');
    },
  });
  expect(await call(served.client, 'ask', { prompt: 'hi' })).toEqual({ text: 'error: a bug', isError: true });
  expect(served.faults).toMatchObject([{ message: 'a bug' }]);
});

test('no other command reads the SDK: it has a file of its own', async () => {
  const dist = join(program, '..');
  expect(existsSync(join(dist, 'mcp-sdk.cjs'))).toBe(true);
  for (const name of ['cli-main.cjs', 'cli-commands.cjs', 'cli-more.cjs']) {
    const text = await readFile(join(dist, name), 'utf8');
    expect(text).not.toContain('StdioClientTransport already started');
  }
  expect(await readFile(join(dist, 'cli-more.cjs'), 'utf8')).toContain('./mcp-sdk.cjs');
});
