import { createHash } from 'node:crypto';
import { link, lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stopError } from '../../src/base/abort.ts';
import type { ModelFile } from '../../src/base/model.ts';
import type { DownloadEvent } from '../../src/download/download-event.ts';
import { type DownloadedFile, type DownloadOptions, downloadFile } from '../../src/download/download-file.ts';
import { createNet } from '../../src/net/create-net.ts';
import type { LedgerEntry } from '../../src/net/net.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import type { Fault } from '../fixtures/hub/faults.ts';
import { type Hub, type HubFile, startHub } from '../fixtures/hub/hub.ts';

const bytes = tinyGguf();
const sha256 = createHash('sha256').update(bytes).digest('hex');
const pinned = { repo: 'owner/repo', path: 'tiny.gguf' };

describe.each(['socket', 'node'] as const)('over %s', (transport) => {
  let hub: Hub;
  let folder: string;
  let ledger: LedgerEntry[];
  beforeEach(async () => {
    hub = await startHub();
    folder = await mkdtemp(join(tmpdir(), 'luci download '));
    ledger = [];
  });
  afterEach(async () => {
    await hub[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  function serve(faults: readonly Fault[] = [], more: { bytes?: Buffer; bytesPerSecond?: number } = {}): HubFile {
    return hub.add({ ...pinned, bytes, faults, ...more });
  }

  function fileOf(
    served: HubFile,
    pin: { sha256?: string | undefined; sizeBytes?: number | undefined } = { sha256, sizeBytes: bytes.length },
  ): ModelFile {
    return {
      name: 'tiny.gguf',
      sha256: pin.sha256,
      sizeBytes: pin.sizeBytes,
      sources: [{ kind: 'hub', ...pinned, revision: served.commit }],
    };
  }

  function download(file: ModelFile, options: Partial<DownloadOptions> & { offline?: boolean } = {}): Promise<DownloadedFile> {
    const { offline = false, ...rest } = options;
    const net = createNet({ offline, proxy: { none: [] }, userAgent: 'luci/test', record: (entry) => ledger.push(entry) });
    return downloadFile(net, file, {
      partialFolder: join(folder, '.partial'),
      destinationPath: join(folder, 'tiny.gguf'),
      hub: { endpoint: hub.endpoint },
      childEnvironment: {},
      retries: 3,
      retryPauseMs: 5,
      transport,
      ...rest,
    });
  }

  const installed = (): Promise<Buffer> => readFile(join(folder, 'tiny.gguf'));
  const left = async (): Promise<string[]> => (await readdir(folder, { recursive: true })).filter((name) => name !== '.partial').sort();
  const bodyRequests = () => hub.requests.filter(({ side, range }) => side === 'cdn' && range !== 'bytes=0-0');

  test('a file arrives whole, under its final name, with nothing beside it', async () => {
    const done = await download(fileOf(serve()));
    expect(done).toMatchObject({ sha256, sizeBytes: bytes.length, vouched: true });
    expect((await installed()).equals(bytes)).toBe(true);
    expect(await left()).toEqual(['tiny.gguf']);
  });

  /** Faults after which the right bytes must still arrive. */
  const mended: readonly (readonly [what: string, faults: readonly Fault[]])[] = [
    ['a cut before the first byte', [{ kind: 'cut', afterBytes: 0 }]],
    ['a cut after the first byte', [{ kind: 'cut', afterBytes: 1 }]],
    ['a cut in the middle', [{ kind: 'cut', afterBytes: 700_000 }]],
    ['a cut before the last byte', [{ kind: 'cut', afterBytes: bytes.length - 1 }]],
    ['three cuts in a row', [{ kind: 'cut', afterBytes: 200_000, times: 3 }]],
    ['a reset of the hub', [{ kind: 'reset', side: 'hub' }]],
    ['a reset of the bytes server', [{ kind: 'reset', side: 'cdn' }]],
    ['a 503 of the hub', [{ kind: 'status', side: 'hub', status: 503 }]],
    ['two 500 of the bytes server', [{ kind: 'status', side: 'cdn', status: 500, times: 2 }]],
    ['a 429 with Retry-After', [{ kind: 'status', side: 'hub', status: 429, headers: { 'Retry-After': '0' } }]],
    ['an answer of the whole file to a range', [{ kind: 'cut', afterBytes: 300_000 }, { kind: 'ignore-range' }]],
    ['an expired signature', [{ kind: 'expired' }]],
    ['a signature that expires in the middle', [{ kind: 'cut', afterBytes: 500_000 }, { kind: 'expired' }]],
    ['a packed body nobody asked for', [{ kind: 'gzip' }]],
    ['a mirror without the facts of the hub', [{ kind: 'no-facts', times: 9 }]],
    ['one flipped bit', [{ kind: 'flip', byte: 900_000 }]],
  ];

  test.each(mended)('%s is mended', async (_, faults) => {
    await download(fileOf(serve(faults)));
    expect((await installed()).equals(bytes)).toBe(true);
    expect(await left()).toEqual(['tiny.gguf']);
  });

  /** Faults that end the download with a code; the final name is never there. */
  const final: readonly (readonly [what: string, code: string, faults: readonly Fault[]])[] = [
    [
      'an answer of another range',
      'SOURCE_BROKEN',
      [
        { kind: 'cut', afterBytes: 300_000 },
        { kind: 'shift-range', bytes: 100 },
      ],
    ],
    ['wrong bytes twice', 'DIGEST_MISMATCH', [{ kind: 'flip', byte: 900_000, times: 9 }]],
    ['another file of that name at the hub', 'PIN_MISMATCH', [{ kind: 'other-digest', times: 9 }]],
    ['a login page in place of the bytes', 'SOURCE_BROKEN', [{ kind: 'page', times: 9 }]],
    ['a redirect loop', 'SOURCE_BROKEN', [{ kind: 'loop', times: 99 }]],
    ['a redirect to another protocol', 'SOURCE_BROKEN', [{ kind: 'downgrade', times: 9 }]],
    [
      'cuts without end',
      'NETWORK_FAILED',
      [
        { kind: 'cut', afterBytes: 0, times: 99 },
        { kind: 'cut', afterBytes: 0, times: 99 },
      ],
    ],
    ['a refusal for good (451)', 'SOURCE_DENIED', [{ kind: 'status', side: 'hub', status: 451, times: 9 }]],
  ];

  test.each(final)('%s ends with %s', async (_, code, faults) => {
    await expect(download(fileOf(serve(faults)))).rejects.toMatchObject({ code });
    expect(await left()).not.toContain('tiny.gguf');
  });

  test('a body that is packed every time is asked for once more, and no oftener', async () => {
    await expect(download(fileOf(serve([{ kind: 'gzip', times: 99 }])))).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
    expect(bodyRequests()).toHaveLength(2);
  });

  test('what came before a cut is not fetched again: the range goes on from there, held to the same version', async () => {
    await download(fileOf(serve([{ kind: 'cut', afterBytes: 700_000 }])));
    const [first, second] = bodyRequests();
    expect(first?.range ?? 'bytes=0-').toMatch(/^bytes=0-/);
    const start = Number(/^bytes=(\d+)-/.exec(second?.range ?? '')?.[1]);
    expect(start).toBeGreaterThan(600_000);
    expect(start).toBeLessThanOrEqual(700_000);
    expect(second?.ifRange).toMatch(/^"/);
  });

  test('a second run goes on where the first gave up', async () => {
    const served = serve([
      { kind: 'cut', afterBytes: 700_000 },
      { kind: 'status', side: 'cdn', status: 503, after: 2, times: 99 },
    ]);
    await expect(download(fileOf(served), { retries: 1 })).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
    expect((await left()).filter((name) => name.endsWith('.part'))).toHaveLength(1);
    const again = hub.add({ ...pinned, repo: 'owner/again', bytes });
    const done = await download({
      ...fileOf(served),
      sources: [{ kind: 'hub', repo: 'owner/again', path: 'tiny.gguf', revision: again.commit }],
    });
    expect(done.sha256).toBe(sha256);
    expect(again.sentBytes).toBeLessThan(bytes.length - 600_000);
  });

  test.skipIf(process.platform === 'win32').each([
    ['a link', symlink],
    ['a second name', link],
  ] as const)('%s in the place of what came leads nowhere: a file outside keeps its bytes', async (_, put) => {
    const outside = join(folder, 'outside.txt');
    await writeFile(outside, 'precious');
    const served = serve([
      { kind: 'cut', afterBytes: 700_000 },
      { kind: 'status', side: 'cdn', status: 503, after: 2, times: 2 },
    ]);
    await expect(download(fileOf(served), { retries: 1 })).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
    const part = join(folder, (await left()).find((name) => name.endsWith('.part')) ?? '');
    await rm(part);
    await put(outside, part);
    await download(fileOf(served));
    expect((await installed()).equals(bytes)).toBe(true);
    expect(await readFile(outside, 'utf8')).toBe('precious');
    expect((await lstat(join(folder, 'tiny.gguf'))).isFile()).toBe(true);
  });

  test.each(['', '{', '{"version": 99}', 'null'])('a journal that is %j is a clean start', async (journal) => {
    const served = serve([
      { kind: 'cut', afterBytes: 700_000 },
      { kind: 'status', side: 'cdn', status: 503, after: 2, times: 2 },
    ]);
    await expect(download(fileOf(served), { retries: 1 })).rejects.toThrow();
    const name = (await left()).find((path) => path.endsWith('.json')) ?? '';
    expect(name).not.toBe('');
    await writeFile(join(folder, name), journal);
    await download(fileOf(served));
    expect((await installed()).equals(bytes)).toBe(true);
  });

  test('a partial file that was changed behind our back is noticed', async () => {
    const served = serve([
      { kind: 'cut', afterBytes: 700_000 },
      { kind: 'status', side: 'cdn', status: 503, after: 2, times: 2 },
    ]);
    await expect(download(fileOf(served), { retries: 1 })).rejects.toThrow();
    const name = (await left()).find((path) => path.endsWith('.part')) ?? '';
    const part = await readFile(join(folder, name));
    part.writeUInt8(part.readUInt8(400_000) ^ 1, 400_000);
    await writeFile(join(folder, name), part);
    await download(fileOf(served));
    expect((await installed()).equals(bytes)).toBe(true);
  });

  test('the hub is asked before the first byte whether it still has the pinned file', async () => {
    await expect(download(fileOf(serve([{ kind: 'other-digest', times: 9 }])))).rejects.toMatchObject({
      code: 'PIN_MISMATCH',
      exitCode: 6,
    });
    expect(bodyRequests()).toEqual([]);
  });

  test('a file without a pin that changed at its source between two runs is never spliced', async () => {
    const served = serve([
      { kind: 'cut', afterBytes: 700_000 },
      { kind: 'status', side: 'cdn', status: 503, after: 2, times: 2 },
    ]);
    await expect(download(fileOf(served, {}), { retries: 1 })).rejects.toThrow();
    served.faults.add({ kind: 'other-etag', times: 9 });
    const done = await download(fileOf(served, {}));
    expect(done.sha256).toBe(sha256);
    // Asked to go on with the old version only; the new one was taken whole.
    expect(bodyRequests().map(({ ifRange }) => ifRange)).toContain(`"${served.sha256.slice(0, 32)}"`);
    expect(bodyRequests().at(-1)).toMatchObject({ range: undefined, ifRange: undefined });
  });

  test('a file that is no model is refused from its first bytes', async () => {
    const page = Buffer.concat([Buffer.from('<!DOCTYPE html><html>'), Buffer.alloc(6_000_000, 32)]);
    const served = serve([], { bytes: page, bytesPerSecond: 4_000_000 });
    await expect(download(fileOf(served, {}))).rejects.toMatchObject({ exitCode: 6 });
    expect(served.sentBytes).toBeLessThan(page.length);
    expect(await left()).toEqual([]);
  });

  test('a file without a pin is taken with the digest it has, and nobody vouches for it', async () => {
    const done = await download(fileOf(serve(), {}));
    expect(done).toMatchObject({ vouched: false, sha256, revision: expect.stringMatching(/^[0-9a-f]{40}$/) });
  });

  test('the token goes to the hub and never to the server of the bytes, nor into the ledger', async () => {
    const served = serve();
    served.access = 'gated';
    await expect(download(fileOf(served))).rejects.toMatchObject({ code: 'SOURCE_DENIED', hint: expect.stringContaining('HF_TOKEN') });
    await download(fileOf(served), { hub: { endpoint: hub.endpoint, token: hub.token } });
    expect(hub.requests.some(({ side, authorization }) => side === 'hub' && authorization === `Bearer ${hub.token}`)).toBe(true);
    expect(hub.requests.filter(({ side, authorization }) => side === 'cdn' && authorization !== undefined)).toEqual([]);
    const recorded = JSON.stringify(ledger);
    expect(ledger.length).toBeGreaterThan(1);
    expect(recorded).not.toMatch(/hf_|Signature/);
  });

  test('a token that is not valid is said to be so', async () => {
    const attempt = download(fileOf(serve()), { hub: { endpoint: hub.endpoint, token: 'hf_wrong' } });
    await expect(attempt).rejects.toMatchObject({ code: 'SOURCE_DENIED', message: expect.stringContaining('HF_TOKEN') });
  });

  test('the next source goes on with the bytes of the one that failed', async () => {
    const first = serve([
      { kind: 'cut', afterBytes: 700_000 },
      { kind: 'status', side: 'cdn', status: 404, after: 2, times: 99 },
    ]);
    const second = hub.add({ repo: 'owner/other', path: 'same.gguf', bytes });
    const events: DownloadEvent[] = [];
    const file = fileOf(first);
    const done = await download(
      { ...file, sources: [...file.sources, { kind: 'hub', repo: 'owner/other', path: 'same.gguf', revision: second.commit }] },
      { onEvent: (event) => events.push(event) },
    );
    expect(done.source).toMatchObject({ repo: 'owner/other' });
    expect(second.sentBytes).toBeLessThan(bytes.length - 600_000);
    expect(events).toContainEqual(expect.objectContaining({ type: 'source', state: 'failed' }));
  });

  test('a hub nobody reaches is passed over at once where a mirror has the bytes', async () => {
    const done = await download(fileOf(serve()), {
      hub: { endpoint: 'http://127.0.0.1:9' },
      mirrors: [hub.endpoint],
      retries: 50,
      retryPauseMs: 60_000, // A wait would run into the limit of this test.
    });
    expect(done.sha256).toBe(sha256);
  }, 20_000);

  test('Ctrl+C deletes what was fetched, or keeps it when asked to; any other stop keeps it', async () => {
    for (const [code, onAbort, keeps] of [
      ['CANCELLED', 'delete', false],
      ['CANCELLED', 'keep', true],
      ['TERMINATED', 'delete', true],
    ] as const) {
      const served = hub.add({ repo: `owner/${code}-${onAbort}`, path: 'tiny.gguf', bytes, bytesPerSecond: 700_000 });
      const controller = new AbortController();
      const file: ModelFile = {
        ...fileOf(served),
        sources: [{ kind: 'hub', repo: served.repo, path: 'tiny.gguf', revision: served.commit }],
      };
      const onEvent = (event: DownloadEvent): void => {
        if (event.type === 'progress' && event.receivedBytes > 100_000) controller.abort(stopError(code));
      };
      await expect(download(file, { signal: controller.signal, onAbort, onEvent })).rejects.toMatchObject({ code });
      expect((await left()).some((name) => name.endsWith('.part'))).toBe(keeps);
      await rm(join(folder, '.partial'), { recursive: true, force: true });
    }
  });

  test('two downloads of one file share it: its bytes are fetched once', async () => {
    const served = serve([], { bytesPerSecond: 3_000_000 });
    const both = await Promise.all([download(fileOf(served)), download(fileOf(served), { destinationPath: join(folder, 'second.gguf') })]);
    expect(both.map((done) => done.sha256)).toEqual([sha256, sha256]);
    expect(await left()).toEqual(['second.gguf', 'tiny.gguf']);
  });

  test('offline refuses every machine but this one', async () => {
    const attempt = download(fileOf(serve()), { offline: true, hub: { endpoint: 'https://hub.example' } });
    await expect(attempt).rejects.toMatchObject({ code: 'OFFLINE' });
    expect(hub.requests).toEqual([]);
  });

  test('progress never goes back, comes at most ten times a second, and ends with done', async () => {
    const events: { atMs: number; event: DownloadEvent }[] = [];
    const served = serve([{ kind: 'cut', afterBytes: 600_000 }], { bytesPerSecond: 2_000_000 });
    await download(fileOf(served), { onEvent: (event) => events.push({ atMs: performance.now(), event }) });
    const progress = events.flatMap(({ atMs, event }) => (event.type === 'progress' ? [{ atMs, ...event }] : []));
    const received = progress.map(({ receivedBytes }) => receivedBytes);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toMatchObject({ phase: 'done', receivedBytes: bytes.length });
    const downloading = progress.filter(({ phase }) => phase === 'downloading');
    const span = ((downloading.at(-1)?.atMs ?? 0) - (downloading[0]?.atMs ?? 0)) / 1000;
    expect(downloading.length).toBeLessThanOrEqual(Math.ceil(span * 10) + 2);
  });

  test('a folder that is a file is a clear error of the disk', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(download(fileOf(serve()), { partialFolder: join(folder, 'file', 'x') })).rejects.toMatchObject({ exitCode: 5 });
  });
});
