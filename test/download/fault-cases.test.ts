import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LuciError } from '../../src/base/errors.ts';
import type { ModelFile, Source } from '../../src/base/model.ts';
import type { DownloadEvent } from '../../src/download/download-event.ts';
import { type DownloadedFile, type DownloadOptions, downloadFile } from '../../src/download/download-file.ts';
import { openPartial } from '../../src/download/partial.ts';
import { createNet } from '../../src/net/create-net.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { type Hub, startHub } from '../fixtures/hub/hub.ts';

/** Servers and disks that misbehave in ways the stand-in of the hub does not; the list of all cases is in docs/downloads.md. */

const bytes = tinyGguf();
const digest = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');
const sha256 = digest(bytes);

let folder: string;
let servers: Server[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci faults '));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) server.closeAllConnections();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await rm(folder, { recursive: true });
});

type Handle = (request: IncomingMessage, response: ServerResponse, range: { from: number; to: number } | undefined) => void;

/** A server that answers as the test says; requests for the first byte are answered as they should be unless `probes` is set. */
async function serve(handle: Handle, { content = bytes, probes = false, etag = true } = {}): Promise<string> {
  const server = createServer((request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)?$/.exec(request.headers.range ?? '') ?? [];
    const range =
      from === undefined ? undefined : { from: Number(from), to: Math.min(Number(to ?? content.length - 1), content.length - 1) };
    if (!probes && request.headers.range === 'bytes=0-0') return sendRange(response, content, { from: 0, to: 0 }, {}, etag);
    handle(request, response, range);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.gguf`;
}

function sendRange(
  response: ServerResponse,
  content: Buffer,
  { from, to }: { from: number; to: number },
  headers: Record<string, string> = {},
  etag = true,
): void {
  response.writeHead(206, {
    'Content-Range': `bytes ${from}-${to}/${content.length}`,
    'Content-Length': String(to - from + 1),
    ...(etag ? { ETag: '"one"' } : {}),
    ...headers,
  });
  response.end(content.subarray(from, to + 1));
}

function download(
  sources: readonly Source[],
  options: Partial<DownloadOptions> & { pin?: { sha256?: string; sizeBytes?: number } } = {},
): Promise<DownloadedFile> {
  const { pin = { sha256, sizeBytes: bytes.length }, ...rest } = options;
  const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/test' });
  const file: ModelFile = { name: 'file.gguf', ...pin, sources };
  return downloadFile(net, file, {
    partialFolder: join(folder, '.partial'),
    destinationPath: join(folder, 'file.gguf'),
    hub: { endpoint: 'http://127.0.0.1:9' },
    childEnvironment: {},
    retries: 3,
    retryPauseMs: 5,
    ...rest,
  });
}

const fromUrl = (url: string): Source[] => [{ kind: 'url', url }];
const isWhole = async (): Promise<boolean> => (await readFile(join(folder, 'file.gguf'))).equals(bytes);
const left = async (): Promise<string[]> => (await readdir(join(folder, '.partial')).catch((): string[] => [])).sort();

test('case 2, power loss: the journal claims nothing that was written after its sync began', async () => {
  const identity = { folder, key: 'k', file: 'file.gguf' };
  const partial = await openPartial(identity);
  await partial.write([bytes.subarray(0, 1000)], 0);
  const sync = partial.handle.datasync.bind(partial.handle);
  partial.handle.datasync = async () => {
    // While the disk is at it, more comes in.
    await partial.write([bytes.subarray(1000, 5000)], 1000);
    await sync();
  };
  await partial.save();
  const { have } = JSON.parse(await readFile(join(folder, 'k.json'), 'utf8')) as { have: number[][] };
  expect(have).toEqual([[0, 1000]]);
  await partial.close();
});

describe('case 4, a journal of numbers that no download writes is a clean start', () => {
  const range = (from: unknown, to: unknown): string => JSON.stringify([[from, to]]);
  const lies: readonly (readonly [string, string])[] = [
    ['a fraction', range(0, 1000.5)],
    ['fractions on both sides', range(0.25, 900_000.75)],
    ['a negative start', range(-5000, 900_000)],
    ['a negative end', range(0, -1)],
    ['the wrong way round', range(900_000, 10)],
    ['no number', range(null, 900_000)],
    ['a number as text', range('0', '900000')],
    ['more than a number holds', '[[0,1e999]]'],
    ['more than is exact', '[[9007199254740993,9007199254740999]]'],
    ['three numbers', '[[0,5,9]]'],
    ['50,000 ranges', JSON.stringify(Array.from({ length: 50_000 }, (_, at) => [at * 10, at * 10 + 5]))],
    ['no list', '{"0":900000}'],
  ];
  const lay = async (have: string, more = ''): Promise<void> => {
    await mkdir(join(folder, '.partial'));
    // Wrong bytes: whatever is believed of them, the digest would find out only after everything was fetched.
    await writeFile(join(folder, '.partial', `${sha256}.part`), Buffer.alloc(900_000, 7));
    const text = `{"version":1,"file":"file.gguf","sha256":"${sha256}","have":${have},"state":"active","updatedAt":""${more}}`;
    await writeFile(join(folder, '.partial', `${sha256}.json`), text);
  };
  const fetchAll = async (): Promise<number> => {
    let sentBytes = 0;
    const url = await serve((_, response, asked) => {
      const part = asked ?? { from: 0, to: bytes.length - 1 };
      sentBytes += part.to - part.from + 1;
      sendRange(response, bytes, part);
    });
    await download(fromUrl(url));
    expect(await isWhole()).toBe(true);
    expect(await left()).toEqual([]);
    return sentBytes;
  };

  test.each(lies)('%s', async (_, have) => {
    await lay(have);
    expect(await fetchAll()).toBe(bytes.length);
  });
  test.each(['-1', '1.5', '1e999', '"9"'])('a size of %s', async (size) => {
    await lay('[]', `,"sizeBytes":${size}`);
    expect(await fetchAll()).toBe(bytes.length);
  });
  test.skipIf(process.platform === 'win32')('a named pipe, or a link to one, in the place of the journal', async () => {
    for (const isLinked of [false, true]) {
      await mkdir(join(folder, '.partial'), { recursive: true });
      const journal = join(folder, '.partial', `${sha256}.json`);
      const pipe = isLinked ? join(folder, 'pipe') : journal;
      execFileSync('mkfifo', [pipe]);
      if (isLinked) await symlink(pipe, journal);
      expect(await fetchAll()).toBe(bytes.length);
      await rm(join(folder, 'file.gguf'));
    }
  });
});

describe('case 4, data and journal that do not fit', () => {
  const lay = async (dataBytes: number | undefined, have: readonly (readonly [number, number])[]): Promise<void> => {
    await mkdir(join(folder, '.partial'));
    if (dataBytes !== undefined)
      await writeFile(join(folder, '.partial', `${sha256}.part`), Buffer.concat([bytes, Buffer.alloc(500_000)]).subarray(0, dataBytes));
    const journal = {
      version: 1,
      file: 'file.gguf',
      sizeBytes: bytes.length,
      sha256,
      have,
      state: 'active',
      updatedAt: '2026-01-01T00:00:00Z',
    };
    await writeFile(join(folder, '.partial', `${sha256}.json`), JSON.stringify(journal));
  };
  test.each([
    ['shorter data than claimed', 300_000, [[0, 900_000]]],
    ['no data at all', undefined, [[0, 900_000]]],
    ['data longer than the file', bytes.length + 10, [[0, 900_000]]],
    [
      'ranges that overlap and lie outside',
      900_000,
      [
        [0, 500_000],
        [400_000, 2e9],
      ],
    ],
  ] as const)('%s', async (_, dataBytes, have) => {
    await lay(dataBytes, have);
    const url = await serve((_request, response, range) => sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 }));
    await download(fromUrl(url));
    expect(await isWhole()).toBe(true);
    expect(await left()).toEqual([]);
  });
});

test.each([
  ['RateLimit of the hub', { RateLimit: '"resolvers";r=0;t=0' }, 1000],
  ['Retry-After in seconds', { 'Retry-After': '1' }, 1000],
  ['Retry-After as a date', { 'Retry-After': new Date(Date.now() + 3000).toUTCString() }, 0],
])('case 10, 429 with %s: waits what it is told, and shows it', async (_, headers, minMs) => {
  let refusals = 1;
  const url = await serve((_request, response, range) => {
    refusals -= 1;
    if (refusals >= 0) response.writeHead(429, headers).end();
    else sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 });
  });
  const waits: number[] = [];
  const onEvent = (event: DownloadEvent): void => {
    if (event.type === 'progress' && event.phase === 'waiting') waits.push(event.waitMs ?? 0);
  };
  await download(fromUrl(url), { onEvent });
  expect(await isWhole()).toBe(true);
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeGreaterThanOrEqual(minMs);
});

test.each<readonly [string, (content: Buffer, range: { from: number; to: number }) => { headers: Record<string, string>; body: Buffer }]>([
  [
    'a wrong total',
    (content, { from, to }) => ({
      headers: { 'Content-Range': `bytes ${from}-${to}/${content.length + 1}` },
      body: content.subarray(from, to + 1),
    }),
  ],
  [
    'a longer range than asked',
    (content, { from }) => ({ headers: { 'Content-Range': `bytes ${from}-${content.length + 9}/${content.length + 10}` }, body: content }),
  ],
  ['no Content-Range', (content, { from, to }) => ({ headers: {}, body: content.subarray(from, to + 1) })],
  [
    'a length that is not the range’s',
    (content, { from, to }) => ({ headers: { 'Content-Range': `bytes ${from}-${to}/${content.length}` }, body: content.subarray(0, 10) }),
  ],
])('case 15, a 206 with %s: nothing is written, a clear error', async (_, answer) => {
  const url = await serve((_request, response, range) => {
    const { headers, body } = answer(bytes, range ?? { from: 0, to: bytes.length - 1 });
    response.writeHead(206, { ...headers, 'Content-Length': String(body.length) }).end(body);
  });
  await expect(download(fromUrl(url))).rejects.toMatchObject({ code: 'SOURCE_BROKEN', exitCode: 6 });
  expect(await left()).toEqual([]);
});

test('case 16, a body that always ends at three quarters: bounded tries, an error, what came is kept', async () => {
  let requests = 0;
  const stop = Math.floor(bytes.length * 0.75);
  const url = await serve((_request, response, range = { from: 0, to: bytes.length - 1 }) => {
    requests += 1;
    response.writeHead(206, {
      'Content-Range': `bytes ${range.from}-${range.to}/${bytes.length}`,
      'Content-Length': String(range.to - range.from + 1),
    });
    response.write(bytes.subarray(range.from, Math.max(range.from, stop)));
    setTimeout(() => response.destroy(), 20);
  });
  await expect(download(fromUrl(url))).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
  expect(requests).toBeLessThan(8);
  expect((await left()).some((name) => name.endsWith('.part'))).toBe(true);
});

test('case 18, a file without a pin that changes in mid-download is one version or the other, never both', async () => {
  const other = Buffer.concat([bytes.subarray(0, bytes.length - 1000), randomBytes(1000)]);
  let requests = 0;
  const url = await serve((request, response, range = { from: 0, to: bytes.length - 1 }) => {
    requests += 1;
    const isNew = requests > 1;
    if (isNew && request.headers['if-range'] === '"one"')
      return void response.writeHead(200, { 'Content-Length': String(other.length), ETag: '"two"' }).end(other);
    if (!isNew) {
      response.writeHead(206, {
        'Content-Range': `bytes ${range.from}-${range.to}/${bytes.length}`,
        'Content-Length': String(range.to - range.from + 1),
        ETag: '"one"',
      });
      response.write(bytes.subarray(0, 700_000));
      return void setTimeout(() => response.destroy(), 20);
    }
    response.writeHead(200, { 'Content-Length': String(other.length), ETag: '"two"' }).end(other);
  });
  const done = await download(fromUrl(url), { pin: {} });
  expect([sha256, digest(other)]).toContain(done.sha256);
});

test.each([
  [
    'a login page with 200',
    (response: ServerResponse) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>log in</html>'),
    'a web page',
  ],
  [
    'a packed error page',
    (response: ServerResponse) => response.writeHead(404, { 'Content-Encoding': 'gzip' }).end(gzipSync('not here')),
    '',
  ],
])('case 19, %s in place of the file: a clear error', async (_, answer, words) => {
  const url = await serve((_request, response) => answer(response), { probes: true });
  await expect(download(fromUrl(url))).rejects.toMatchObject({ message: expect.stringContaining(words) });
  expect(await left()).toEqual([]);
});

describe('case 20, refusals of the hub', () => {
  let hub: Hub;
  beforeEach(async () => {
    hub = await startHub();
  });
  afterEach(() => hub[Symbol.asyncDispose]());

  test('each has a message of its own', async () => {
    const open = hub.add({ repo: 'owner/open', path: 'a.gguf', bytes });
    const gated = hub.add({ repo: 'owner/gated', path: 'a.gguf', bytes });
    gated.access = 'gated';
    const commitOf: Record<string, string> = { 'owner/gated': gated.commit };
    const ask = async (repo: string, path: string, { token, revision }: { token?: string; revision?: string } = {}): Promise<string> => {
      const source: Source = { kind: 'hub', repo, path, revision: revision ?? commitOf[repo] ?? open.commit };
      try {
        await download([source], { hub: { endpoint: hub.endpoint, token } });
        return 'no error';
      } catch (error) {
        const { message, hint } = error as LuciError;
        return `${message} ${hint}`;
      }
    };
    const messages = {
      gated: await ask('owner/gated', 'a.gguf'),
      gatedForThisAccount: await ask('owner/gated', 'a.gguf', { token: hub.strangersToken }),
      badToken: await ask('owner/open', 'a.gguf', { token: 'hf_wrong' }),
      noRepository: await ask('owner/none', 'a.gguf', { token: hub.token }),
      noRepositoryOrPrivate: await ask('owner/none', 'a.gguf'),
      noFile: await ask('owner/open', 'none.gguf'),
      noRevision: await ask('owner/open', 'a.gguf', { revision: 'f'.repeat(40) }),
    };
    expect(messages).toMatchObject({
      gated: expect.stringContaining('asks for an account'),
      gatedForThisAccount: expect.stringContaining('has not let this account in'),
      badToken: expect.stringContaining('HF_TOKEN is not valid'),
      noRepository: expect.stringContaining('owner/none does not exist at 127.0.0.1'),
      noRepositoryOrPrivate: expect.stringMatching(/owner\/none does not exist at 127\.0\.0\.1:\d+, or is private\. /),
      noFile: expect.stringContaining('has no file'),
      noRevision: expect.stringContaining('revision'),
    });
    expect(new Set(Object.values(messages)).size).toBe(7);
    expect(Object.values(messages).join()).not.toMatch(/hf_/);
    // Each is asked once: what is refused is not asked again and again.
    expect(hub.requests).toHaveLength(7);
  });
});

test('case 21, a renamed repository: the hub’s own redirect keeps the token, the one to another server drops it', async () => {
  await using hub = await startHub();
  const served = hub.add({ repo: 'owner/renamed', path: 'a.gguf', bytes, faults: [{ kind: 'moved' }] });
  served.access = 'gated';
  const source: Source = { kind: 'hub', repo: served.repo, path: served.path, revision: served.commit };
  await download([source], { hub: { endpoint: hub.endpoint, token: hub.token } });
  expect(await isWhole()).toBe(true);
  const of = (side: string) => hub.requests.filter((request) => request.side === side).map(({ authorization }) => authorization);
  expect(of('hub')).toEqual([`Bearer ${hub.token}`, `Bearer ${hub.token}`]);
  expect(new Set(of('cdn'))).toEqual(new Set([undefined]));
});

test('case 25, a mirror below a path, in place of the hub and after it', async () => {
  await using mirror = await startHub({ prefix: '/x/hf' });
  const served = mirror.add({ repo: 'owner/tiny', path: 'a b/c.gguf', bytes });
  const source: Source = { kind: 'hub', repo: served.repo, path: served.path, revision: served.commit };
  await download([source], { hub: { endpoint: mirror.endpoint } });
  expect(mirror.requests[0]?.path).toBe(`/x/hf/owner/tiny/resolve/${served.commit}/a%20b/c.gguf`);
  await rm(join(folder, 'file.gguf'));
  const secret = { endpoint: 'http://127.0.0.1:9', token: 'hf_for-the-hub-only' };
  await download([source], { hub: secret, mirrors: [mirror.endpoint] });
  expect(await isWhole()).toBe(true);
  expect(mirror.requests.map(({ authorization }) => authorization).filter(Boolean)).toEqual([]);
});

describe('DL-04, 416', () => {
  const lay = async (have: number): Promise<void> => {
    await mkdir(join(folder, '.partial'));
    await writeFile(join(folder, '.partial', `${sha256}.part`), bytes.subarray(0, have));
    const journal = { version: 1, file: 'file.gguf', sizeBytes: bytes.length, sha256, have: [[0, have]], state: 'active', updatedAt: '' };
    await writeFile(join(folder, '.partial', `${sha256}.json`), JSON.stringify(journal));
  };

  test('a file that was whole when luci was killed is verified and put into place; nobody is asked', async () => {
    await lay(bytes.length);
    await writeFile(join(folder, '.partial', `${sha256}.json.1-2.tmp`), '{'); // It was killed while it wrote its journal.
    const done = await download(fromUrl('http://127.0.0.1:9/file.gguf'));
    expect(done).toMatchObject({ sha256, vouched: true });
    expect(await isWhole()).toBe(true);
    expect(await left()).toEqual([]);
  });

  test('one that was whole but wrong starts over', async () => {
    await lay(bytes.length);
    await writeFile(join(folder, '.partial', `${sha256}.part`), randomBytes(bytes.length));
    const url = await serve((_request, response, range) => sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 }));
    const events: DownloadEvent[] = [];
    await download(fromUrl(url), { onEvent: (event) => events.push(event) });
    expect(await isWhole()).toBe(true);
    expect(events.filter(({ type }) => type === 'restarted')).toHaveLength(1);
    const received = events.flatMap((event) => (event.type === 'progress' ? [event.receivedBytes] : []));
    expect(received).toEqual(received.toSorted((a, b) => a - b));
  });

  test('a server that suddenly has fewer bytes is a clear error at once, and what came is kept', async () => {
    await lay(800_000);
    const url = await serve((_request, response) => response.writeHead(416, { 'Content-Range': 'bytes */700000' }).end());
    await expect(download(fromUrl(url))).rejects.toMatchObject({ code: 'SOURCE_BROKEN', message: expect.stringContaining('700000 bytes') });
    expect(await left()).toEqual([`${sha256}.json`, `${sha256}.part`]);
  });
});

test('DL-05, without a pin and without a validator nothing is continued', async () => {
  let requests = 0;
  const starts: (number | undefined)[] = [];
  const url = await serve(
    (_request, response, range = { from: 0, to: bytes.length - 1 }) => {
      requests += 1;
      starts.push(range.from);
      response.writeHead(206, {
        'Content-Range': `bytes ${range.from}-${range.to}/${bytes.length}`,
        'Content-Length': String(range.to - range.from + 1),
      });
      if (requests > 1) return void response.end(bytes.subarray(range.from, range.to + 1));
      response.write(bytes.subarray(0, 700_000));
      setTimeout(() => response.destroy(), 50);
    },
    { etag: false },
  );
  await expect(download(fromUrl(url), { pin: {}, retries: 0 })).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
  await download(fromUrl(url), { pin: {} });
  expect(starts).toEqual([0, 0]);
  expect(await isWhole()).toBe(true);
});

test('DL-16, a file that cannot be put into place is an error of the disk, and its bytes are kept', async () => {
  const url = await serve((_request, response, range) => sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 }));
  await writeFile(join(folder, 'no folder'), '');
  const attempt = download(fromUrl(url), { destinationPath: join(folder, 'no folder', 'file.gguf') });
  await expect(attempt).rejects.toMatchObject({ name: 'LuciError', exitCode: 5 });
  expect(await left()).toEqual([`${sha256}.json`, `${sha256}.part`]);
});

test('a removal that a second Ctrl+C cut short is finished by the next download, whatever it is of', async () => {
  await mkdir(join(folder, '.partial'));
  const key = 'b'.repeat(64);
  await writeFile(join(folder, '.partial', `${key}.part`), bytes);
  await writeFile(
    join(folder, '.partial', `${key}.json`),
    JSON.stringify({ version: 1, file: 'other.gguf', have: [], state: 'cancelled', updatedAt: '' }),
  );
  const kept = 'c'.repeat(64);
  await writeFile(join(folder, '.partial', `${kept}.part`), bytes);
  const url = await serve((_request, response, range) => sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 }));
  await download(fromUrl(url));
  expect(await left()).toEqual([`${kept}.part`]);
});

test('case 24, who waits for another luci that fetches the same file sees how far that is', async () => {
  await using hub = await startHub();
  const served = hub.add({ repo: 'owner/tiny', path: 'file.gguf', bytes, bytesPerSecond: 700_000 });
  const source: Source = { kind: 'hub', repo: served.repo, path: served.path, revision: served.commit };
  const events: DownloadEvent[] = [];
  const options = { hub: { endpoint: hub.endpoint }, onEvent: (event: DownloadEvent) => events.push(event) };
  // Whichever of the two comes first fetches it.
  await Promise.all([download([source], options), download([source], { ...options, destinationPath: join(folder, 'second.gguf') })]);
  const waits = events.flatMap((event) => (event.type === 'progress' && event.phase === 'waiting' ? [event] : []));
  expect(waits).toContainEqual(expect.objectContaining({ reason: 'another luci fetches it', totalBytes: bytes.length }));
  expect(Math.max(...waits.map(({ receivedBytes }) => receivedBytes))).toBeGreaterThan(100_000);
});

test.each(['socket', 'node'] as const)(
  'a name and a password in an address are sent there, over %s, and shown nowhere',
  async (transport) => {
    const expected = `Basic ${Buffer.from('anna:p@ss').toString('base64')}`;
    const url = await serve(
      (request, response, range) => {
        if (request.headers.authorization !== expected) response.writeHead(401).end();
        else sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 });
      },
      { probes: true },
    );
    await download(fromUrl(url.replace('//', '//anna:p%40ss@')), { transport });
    expect(await isWhole()).toBe(true);
    const refused = download(fromUrl(url.replace('//', '//anna:secret@')), { transport, destinationPath: join(folder, 'other') });
    await expect(refused).rejects.toMatchObject({ message: expect.not.stringContaining('secret') });
  },
);

test('case 21, a relative redirect is followed, one to nowhere is refused', async () => {
  const url = await serve(
    (request, response, range) => {
      if (request.url === '/file.gguf') response.writeHead(302, { Location: 'files/there.gguf?x=1' }).end();
      else sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 });
    },
    { probes: true },
  );
  await download(fromUrl(url));
  expect(await isWhole()).toBe(true);
  // Raw UTF-8 and raw Latin-1, neither of which should stand in a header; both do.
  for (const [raw, asked] of [
    ['möd-日本', '/m%C3%B6d-%E6%97%A5%E6%9C%AC.gguf'],
    [Buffer.from('möd', 'latin1'), '/m%C3%B6d.gguf'],
  ] as const) {
    const raws = await serve(
      (request, response, range) => {
        if (request.url === '/file.gguf') response.writeHead(302, { Location: `/${Buffer.from(raw).toString('latin1')}.gguf` }).end();
        else if (request.url === asked) sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 });
        else response.writeHead(404).end();
      },
      { probes: true },
    );
    await rm(join(folder, 'file.gguf'));
    await download(fromUrl(raws));
    expect(await isWhole()).toBe(true);
  }
  const nowhere = await serve((_request, response) => response.writeHead(302).end(), { probes: true });
  await rm(join(folder, 'file.gguf'));
  await expect(download(fromUrl(nowhere))).rejects.toMatchObject({ code: 'SOURCE_BROKEN' });
});

describe('case 21, cookies of a redirect', () => {
  const cookiesSeen: (string | undefined)[] = [];
  beforeEach(() => void cookiesSeen.splice(0));

  /** Sends on with these cookies, and has the file only for who brings back `wanted` (all of them). */
  const gate =
    (setCookies: readonly string[], wanted: string, to = '/file.gguf'): Handle =>
    (request, response, range) => {
      cookiesSeen.push(request.headers.cookie);
      if (request.headers.cookie !== wanted) response.writeHead(302, { Location: to, 'Set-Cookie': [...setCookies] }).end();
      else sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 });
    };

  test.each([
    ['one', ['seen=1'], 'seen=1'],
    ['several, with dates that hold commas', ['a=b=c; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT', 'd='], 'a=b=c; d='],
    ['for the host by its number', ['a=1; Path=/; Domain=127.0.0.1'], 'a=1'],
  ])('%s: they come back with the file and with each range of it', async (_, setCookies, wanted) => {
    const url = await serve(gate(setCookies, wanted), { probes: true });
    await download(fromUrl(url), { connections: 4 });
    expect(await isWhole()).toBe(true);
    expect([...new Set(cookiesSeen)]).toEqual([undefined, wanted]);
  });

  test('to the end of several hops, the last word of each name counts', async () => {
    const url = await serve(
      (request, response, range) => {
        cookiesSeen.push(request.headers.cookie);
        const onward = (to: string, ...setCookies: string[]): void =>
          void response.writeHead(302, { Location: to, 'Set-Cookie': setCookies }).end();
        if (request.url === '/file.gguf') onward('/two', 'step=1; Path=/', 'gone=1; Path=/');
        else if (request.url === '/two') onward('/three', 'step=2; Path=/', 'gone=; Path=/; Max-Age=0');
        else sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 });
      },
      { probes: true },
    );
    await download(fromUrl(url));
    expect(await isWhole()).toBe(true);
    expect([...new Set(cookiesSeen)]).toEqual([undefined, 'step=1; gone=1', 'step=2']);
  });

  test('nobody else gets them: another host, another path, a plain connection, another file', async () => {
    const here = await serve(
      (request, response, range) => {
        cookiesSeen.push(request.headers.cookie);
        sendRange(response, bytes, range ?? { from: 0, to: bytes.length - 1 });
      },
      { probes: true },
    );
    const setCookies = [
      'own=1; Path=/',
      'wide=1; Path=/; Domain=0.0.1',
      'com=1; Domain=com',
      'low=1; Path=/elsewhere',
      'tls=1; Path=/; Secure',
    ];
    const fromThere = await serve((_, response) => response.writeHead(302, { Location: here, 'Set-Cookie': setCookies }).end(), {
      probes: true,
    });
    await download(fromUrl(fromThere.replace('127.0.0.1', 'localhost')));
    await rm(join(folder, 'file.gguf'));
    const toItself = await serve(gate(['low=1; Path=/elsewhere', 'tls=1; Path=/; Secure', '=1', 'none'], 'never', here), {
      probes: true,
    });
    await download(fromUrl(toItself));
    expect(await isWhole()).toBe(true);
    expect([...new Set(cookiesSeen)]).toEqual([undefined]);
  });
});

test('case 25, sizes at the edges, and a name whose first address is dead', async () => {
  for (const content of [
    Buffer.concat([bytes, Buffer.alloc(16 * 1024 ** 2 - bytes.length)]),
    Buffer.concat([bytes, Buffer.alloc(16 * 1024 ** 2 - bytes.length + 1)]),
  ]) {
    const url = await serve((_request, response, range) => sendRange(response, content, range ?? { from: 0, to: content.length - 1 }), {
      content,
    });
    const done = await download(fromUrl(url.replace('127.0.0.1', 'localhost')), {
      pin: { sha256: digest(content), sizeBytes: content.length },
    });
    expect(done.sizeBytes).toBe(content.length);
    await rm(join(folder, 'file.gguf'));
  }
  for (const content of [Buffer.alloc(0), Buffer.from('G')]) {
    const url = await serve((_request, response, range) => sendRange(response, content, range ?? { from: 0, to: 0 }), {
      content,
      probes: true,
    });
    await expect(download(fromUrl(url), { pin: {} })).rejects.toMatchObject({ name: 'LuciError' });
  }
});
