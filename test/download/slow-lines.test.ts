import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Source } from '../../src/base/model.ts';
import type { DownloadEvent } from '../../src/download/download-event.ts';
import { type DownloadedFile, type DownloadOptions, downloadFile } from '../../src/download/download-file.ts';
import { createNet } from '../../src/net/create-net.ts';
import type { Fault } from '../fixtures/hub/faults.ts';
import { type Hub, type HubFile, startHub } from '../fixtures/hub/hub.ts';

/** Lines that are silent, and lines that are only slow: the first are made anew, the second are let be. */

describe.each(['socket', 'node'] as const)('over %s', (transport) => {
  let hub: Hub;
  let folder: string;
  let server: Server | undefined;
  beforeEach(async () => {
    hub = await startHub();
    folder = await mkdtemp(join(tmpdir(), 'luci slow '));
    server = undefined;
  });
  afterEach(async () => {
    await hub[Symbol.asyncDispose]();
    server?.closeAllConnections();
    server?.close();
    await rm(folder, { recursive: true });
  });

  const serve = (bytes: Buffer, faults: readonly Fault[] = [], more: { bytesPerSecond?: number } = {}): HubFile =>
    hub.add({ repo: 'owner/slow', path: 'slow.bin', bytes, faults, ...more });

  /** Not by the name of a model: its first bytes may be anything. */
  async function download(
    from: { bytes: Buffer; source: Source },
    options: Partial<DownloadOptions> = {},
  ): Promise<DownloadedFile & { events: DownloadEvent[]; ms: number }> {
    const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/test' });
    const sha256 = createHash('sha256').update(from.bytes).digest('hex');
    const file = { name: 'slow.bin', sizeBytes: from.bytes.length, sha256, sources: [from.source] };
    const events: DownloadEvent[] = [];
    const startMs = performance.now();
    const done = await downloadFile(net, file, {
      partialFolder: join(folder, '.partial'),
      destinationPath: join(folder, 'slow.bin'),
      hub: { endpoint: hub.endpoint },
      childEnvironment: {},
      retries: 3,
      retryPauseMs: 5,
      transport,
      onEvent: (event) => events.push(event),
      ...options,
    });
    expect((await readFile(done.path)).equals(from.bytes)).toBe(true);
    return { ...done, events, ms: performance.now() - startMs };
  }

  const fromHub = ({ bytes, repo, path, commit }: HubFile) => ({ bytes, source: { kind: 'hub', repo, path, revision: commit } as const });
  const bodies = () => hub.requests.filter(({ side, range }) => side === 'cdn' && range !== 'bytes=0-0');
  const waits = (events: readonly DownloadEvent[]) => events.filter((event) => event.type === 'progress' && event.phase === 'waiting');

  test('case 7, silence in mid-body with the socket open: the connection is made anew after the limit, and goes on from there', async () => {
    const served = serve(randomBytes(2_000_000), [{ kind: 'stall', afterBytes: 700_000 }]);
    const { events } = await download(fromHub(served), { silenceMs: 800 });
    expect(bodies()).toHaveLength(2);
    expect(Number(/^bytes=(\d+)/.exec(bodies()[1]?.range ?? '')?.[1])).toBeGreaterThan(600_000);
    expect(waits(events)).toMatchObject([{ reason: expect.stringContaining('silent for 0.8 s') }]);
  });

  test('case 7, every connection falls silent: each is made anew, together, not one after the other', async () => {
    const served = serve(
      randomBytes(70_000_000),
      [0, 1, 2, 3].map((after) => ({ kind: 'stall', afterBytes: 3_000_000, after })),
    );
    const { ms } = await download(fromHub(served), { silenceMs: 1000, connections: 4 });
    expect(ms).toBeLessThan(8000);
    // What came before the silence is not fetched again.
    expect(served.sentBytes).toBeLessThan(served.bytes.length * 1.1);
  });

  test('case 7, silence for ever ends after the tries, and keeps what came', async () => {
    const served = serve(randomBytes(2_000_000), [{ kind: 'stall', afterBytes: 0, times: 99 }]);
    await expect(download(fromHub(served), { silenceMs: 200, retries: 2 })).rejects.toMatchObject({
      code: 'NETWORK_FAILED',
      message: expect.stringContaining('silent for 0.2 s'),
    });
    expect(bodies()).toHaveLength(3);
  });

  test('DL-09, a head that never comes, from the hub and from the server of the bytes', async () => {
    const served = serve(randomBytes(100_000), [
      { kind: 'silent', side: 'hub' },
      { kind: 'silent', side: 'cdn', after: 1 },
    ]);
    await download(fromHub(served), { silenceMs: 400 });
    // Each was left after its limit and asked once more.
    expect(hub.requests.filter(({ side }) => side === 'hub').length).toBeGreaterThan(1);
    expect(bodies().length).toBeGreaterThan(1);
  });

  test('case 8, one connection at 1 MB/s among faster ones: the others take its work, and nothing waits for it', async () => {
    const served = serve(randomBytes(80_000_000), [{ kind: 'trickle', bytesPerSecond: 1_000_000, after: 2 }], {
      bytesPerSecond: 8_000_000,
    });
    const { ms } = await download(fromHub(served), { connections: 4 });
    // Its segment of 16 MiB alone would take 16.8 s; all four at the same speed 2.5 s.
    expect(ms).toBeLessThan(8000);
  }, 30_000);

  test('DL-10, slow but steady is let be: one connection, whatever the sum of the time', async () => {
    const served = serve(randomBytes(40_000), [], { bytesPerSecond: 10_000 });
    const { events } = await download(fromHub(served), { silenceMs: 600, connections: 1 });
    expect(bodies()).toHaveLength(1);
    expect(waits(events)).toEqual([]);
  });

  test('DL-10, several slow connections of one line are let be as well', async () => {
    const served = serve(randomBytes(50_000_000), [], { bytesPerSecond: 20_000 });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 6500);
    await download(fromHub(served), { connections: 3, signal: stop.signal }).catch(() => undefined);
    expect(bodies()).toHaveLength(3);
  });

  test('DL-11, a byte now and then, each just within the limit, is not silence', async () => {
    const bytes = randomBytes(12);
    let requests = 0;
    server = createServer(async (request, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      const part = bytes.subarray(Number(from), Number(to) + 1);
      response.writeHead(206, { 'Content-Range': `bytes ${from}-${to}/${bytes.length}`, 'Content-Length': part.length });
      if (part.length === 1) return void response.end(part);
      requests += 1;
      for (const byte of part) {
        response.write(Buffer.of(byte));
        await sleep(290);
      }
      response.end();
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slow.bin`;
    await download({ bytes, source: { kind: 'url', url } }, { silenceMs: 500 });
    expect(requests).toBe(1);
  });

  test('a rate that is far below the line’s is no silence and no crawl: nothing is connected anew', async () => {
    const served = serve(randomBytes(1_000_000));
    const { events } = await download(fromHub(served), { maxBytesPerSecond: 150_000, silenceMs: 400 });
    expect(bodies()).toHaveLength(1);
    expect(waits(events)).toEqual([]);
  });
});
