import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stopError } from '../../src/base/abort.ts';
import type { DownloadEvent } from '../../src/download/download-event.ts';
import { downloadFile } from '../../src/download/download-file.ts';
import { createRateLimiter } from '../../src/download/rate-limit.ts';
import { createNet } from '../../src/net/create-net.ts';
import { startHub } from '../fixtures/hub/hub.ts';

const bytes = randomBytes(80_000_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

test('DL-25, a rate is held within 5 % over ten seconds, over all connections of two downloads together', async () => {
  await using hub = await startHub();
  const folder = await mkdtemp(join(tmpdir(), 'luci rate '));
  const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/test' });
  const limiter = createRateLimiter(5_000_000);
  const stop = new AbortController();
  const received = [0, 0];
  const points: { atMs: number; bytes: number }[] = [];
  const run = (index: number): Promise<unknown> => {
    const served = hub.add({ repo: `owner/${index}`, path: 'f.bin', bytes });
    const onEvent = (event: DownloadEvent): void => {
      if (event.type !== 'progress') return;
      received[index] = event.receivedBytes;
      points.push({ atMs: performance.now(), bytes: (received[0] ?? 0) + (received[1] ?? 0) });
      if (performance.now() - (points[0]?.atMs ?? 0) > 12_000) stop.abort(stopError('TERMINATED'));
    };
    const source = { kind: 'hub', repo: served.repo, path: served.path, revision: served.commit } as const;
    return downloadFile(
      net,
      { name: 'f.bin', sizeBytes: bytes.length, sha256, sources: [source] },
      {
        partialFolder: join(folder, `.partial-${index}`),
        destinationPath: join(folder, `${index}.bin`),
        hub: { endpoint: hub.endpoint },
        childEnvironment: {},
        maxBytesPerSecond: limiter,
        signal: stop.signal,
        onEvent,
      },
    );
  };
  await Promise.allSettled([run(0), run(1)]);
  const at = (ms: number) => points.find(({ atMs }) => atMs - (points[0]?.atMs ?? 0) >= ms) ?? { atMs: 0, bytes: 0 };
  const [from, to] = [at(1500), at(11_500)];
  const rate = ((to.bytes - from.bytes) / (to.atMs - from.atMs)) * 1000;
  expect(rate / 5_000_000).toBeGreaterThan(0.95);
  expect(rate / 5_000_000).toBeLessThan(1.05);
  await rm(folder, { recursive: true });
});
