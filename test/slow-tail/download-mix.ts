import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadFile } from '../../src/download/download-file.ts';
import { createNet } from '../../src/net/create-net.ts';
import { mixOf, serveMix } from './mix.ts';

/** One download of a mix, with times scaled down. */

/** How much faster than by default everything is that luci waits for. */
const timeScale = 2.5;

/** What came of it. */
export interface MixResult {
  readonly seed: number;
  readonly isRight: boolean;
  readonly ms: number;
  /** 1.5 times what the good connections alone would take, and ten seconds, scaled down. */
  readonly limitMs: number;
  /** How often the byte that was sent most often was sent. */
  readonly maxSentTimes: number;
  /** Bytes sent more than once, as a share of the file. */
  readonly sentAgain: number;
}

/** Downloads the file of a mix. */
export async function downloadMix(seed: number): Promise<MixResult> {
  const mix = mixOf(seed);
  const bytes = randomBytes(mix.sizeBytes);
  await using server = await serveMix(mix, bytes);
  const folder = await mkdtemp(join(tmpdir(), 'luci slow tail '));
  const net = createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/test' });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const startedMs = performance.now();
  try {
    const done = await downloadFile(
      net,
      { name: 'f.bin', sizeBytes: bytes.length, sha256, sources: [{ kind: 'url', url: server.url }] },
      {
        partialFolder: join(folder, '.partial'),
        destinationPath: join(folder, 'f.bin'),
        hub: { endpoint: 'http://127.0.0.1:9' },
        connections: mix.connections,
        transport: seed % 2 === 0 ? 'socket' : 'node',
        silenceMs: 15_000 / timeScale,
        retryPauseMs: 500 / timeScale,
        sampleMs: 250 / timeScale,
      },
    );
    const ms = performance.now() - startedMs;
    const goodMs = (mix.sizeBytes / (mix.bytesPerSecond * mix.goodConnections)) * 1000;
    return {
      seed,
      isRight: (await readFile(done.path)).equals(bytes),
      ms,
      limitMs: 1.5 * goodMs + 10_000 / timeScale,
      maxSentTimes: server.sentTimes.reduce((max, times) => Math.max(max, times), 0),
      sentAgain: server.sentTimes.filter((times) => times > 1).length / bytes.length,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
