import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { tinyGguf } from '../../test/fixtures/gguf/tiny-gguf.ts';
import type { Fault } from '../../test/fixtures/hub/faults.ts';
import { type Hub, type HubFile, startHub } from '../../test/fixtures/hub/hub.ts';
import { stopError } from '../base/abort.ts';
import type { ModelFile } from '../base/model.ts';
import { createNet } from '../net/create-net.ts';
import type { DownloadEvent } from './download-event.ts';
import { type DownloadedFile, type DownloadOptions, downloadFile } from './download-file.ts';

/** A file of several segments over several connections. */

const bytes = Buffer.concat([tinyGguf(), randomBytes(90_000_000)]);
const sha256 = createHash('sha256').update(bytes).digest('hex');

describe.each(['socket', 'node'] as const)('over %s', (transport) => {
  let hub: Hub;
  let folder: string;
  beforeEach(async () => {
    hub = await startHub();
    folder = await mkdtemp(join(tmpdir(), 'luci ranges '));
  });
  afterEach(async () => {
    await hub[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const serve = (faults: readonly Fault[] = [], more: { bytesPerSecond?: number } = {}): HubFile =>
    hub.add({ repo: 'owner/large', path: 'large.gguf', bytes, faults, ...more });

  function download(served: HubFile, options: Partial<DownloadOptions> = {}): Promise<DownloadedFile> {
    const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/test' });
    const source = { kind: 'hub', repo: served.repo, path: served.path, revision: served.commit } as const;
    const file: ModelFile = { name: 'large.gguf', sizeBytes: bytes.length, sha256, sources: [source] };
    return downloadFile(net, file, {
      partialFolder: join(folder, '.partial'),
      destinationPath: join(folder, 'large.gguf'),
      hub: { endpoint: hub.endpoint },
      childEnvironment: {},
      retries: 4,
      retryPauseMs: 5,
      transport,
      ...options,
    });
  }

  const isWhole = async (): Promise<boolean> => (await readFile(join(folder, 'large.gguf'))).equals(bytes);
  const bodies = () => hub.requests.filter(({ side, range }) => side === 'cdn' && range !== 'bytes=0-0');
  const resolves = () => hub.requests.filter(({ side }) => side === 'hub');

  test('the connections asked for are used, each byte comes once, and the address is asked for once', async () => {
    const served = serve([], { bytesPerSecond: 20_000_000 });
    await download(served, { connections: 2 });
    expect(await isWhole()).toBe(true);
    // More only near the end, for the moments in which connections that handed on half of their segment are closing.
    expect(served.maxServed).toBeGreaterThanOrEqual(2);
    expect(served.maxServed).toBeLessThanOrEqual(4);
    expect(served.sentBytes).toBeLessThan(bytes.length * 1.05);
    expect(resolves()).toHaveLength(1);
  });

  test('one connection fetches the segments in order', async () => {
    await download(serve(), { connections: 1 });
    const starts = bodies().map(({ range }) => Number(/^bytes=(\d+)/.exec(range ?? '')?.[1]));
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts.length).toBeGreaterThan(4);
  });

  const mended: readonly (readonly [what: string, faults: readonly Fault[]])[] = [
    ['connections that are cut at random', [3e6, 0, 9e6, 1, 15e6, 12e6].map((afterBytes) => ({ kind: 'cut', afterBytes }))],
    ['a 503 now and then', [0, 2, 4, 6].map((after) => ({ kind: 'status', side: 'cdn', status: 503, after }))],
    ['429 with a time to wait', [{ kind: 'status', side: 'cdn', status: 429, headers: { 'Retry-After': '0' }, after: 2, times: 3 }]],
    ['an answer of another length', [{ kind: 'gzip', after: 3 }]],
    ['ranges that are not honoured after all', [{ kind: 'ignore-range', after: 4 }]],
    ['a wrong bit in the middle', [{ kind: 'flip', byte: 40_000_000, after: 2 }]],
  ];

  test.each(mended)('%s: the right bytes arrive', async (_, faults) => {
    await download(serve(faults));
    expect(await isWhole()).toBe(true);
  });

  test('signatures that expire again and again are renewed once for all connections', async () => {
    const served = serve([], { bytesPerSecond: 8_000_000 });
    served.signatureMs = 700;
    const startMs = performance.now();
    await download(served, { connections: 8 });
    expect(await isWhole()).toBe(true);
    // Each address lives 700 ms: no more are asked for than that makes, however many connections were refused.
    const maxResolves = 1 + Math.ceil((performance.now() - startMs) / 700);
    expect(resolves().length).toBeGreaterThan(1);
    expect(resolves().length).toBeLessThanOrEqual(maxResolves);
    expect(bodies().length).toBeGreaterThan(resolves().length + 8);
  });

  test('a server that serves one connection at a time is left with one', async () => {
    const served = serve([], { bytesPerSecond: 60_000_000 });
    served.maxConnections = 1;
    await download(served);
    expect(await isWhole()).toBe(true);
    expect(served.maxServed).toBe(1);
  });

  test('a connection that crawls is given up and does not hold up the others', async () => {
    const served = serve([{ kind: 'trickle', bytesPerSecond: 400, after: 2 }], { bytesPerSecond: 4_000_000 });
    await download(served, { connections: 4 });
    expect(await isWhole()).toBe(true);
  }, 30_000);

  test('a run that was stopped leaves islands, and the next fetches only what is missing', async () => {
    const served = serve([], { bytesPerSecond: 20_000_000 });
    const controller = new AbortController();
    const onEvent = (event: DownloadEvent): void => {
      if (event.type === 'progress' && event.receivedBytes > 45_000_000) controller.abort(stopError('TERMINATED'));
    };
    await expect(download(served, { signal: controller.signal, onEvent })).rejects.toMatchObject({ code: 'TERMINATED' });
    const journal = (await readdir(join(folder, '.partial'))).find((name) => name.endsWith('.json')) ?? '';
    const { have } = JSON.parse(await readFile(join(folder, '.partial', journal), 'utf8')) as { have: [number, number][] };
    expect(have.length).toBeGreaterThan(1);
    const before = served.sentBytes;
    await download(served);
    expect(await isWhole()).toBe(true);
    // What was on its way when it stopped comes twice: socket buffers of eight connections.
    expect(served.sentBytes - before).toBeLessThan(bytes.length - 45_000_000 + 8_000_000);
  });

  test('a 403 for good is two tries and an error that says what the server said', async () => {
    const served = serve();
    served.maxConnections = 0;
    await expect(download(served)).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: expect.stringContaining('403 for large.gguf: Too many connections'),
    });
    expect(bodies()).toHaveLength(2);
  });
});
