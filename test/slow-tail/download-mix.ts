import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadFile } from '../../src/download/download-file.ts';
import { createNet } from '../../src/net/create-net.ts';
import { countingNet } from './counting-net.ts';
import { goodOnesOf, type Mix, mixOf, serveMix } from './mix.ts';

/** One download of a mix, with times scaled down, and one of its good connections alone right before it. */

/** How much faster than by default everything is that luci waits for. */
const timeScale = 2;

/** What came of it. */
export interface MixResult {
  readonly seed: number;
  readonly isRight: boolean;
  readonly ms: number;
  /** 1.5 times what the good connections alone took, and ten seconds, scaled down. */
  readonly limitMs: number;
  /** Bytes received twice, and more often, as shares of the file. */
  readonly twice: number;
  readonly moreOften: number;
}

/** Downloads the file of a mix. */
export async function downloadMix(seed: number): Promise<MixResult> {
  const mix = mixOf(seed);
  const bytes = randomBytes(mix.sizeBytes);
  const good = await download(goodOnesOf(mix), bytes);
  const { ms, isRight, receivedTimes } = await download(mix, bytes);
  const shareOf = (isCounted: (times: number) => boolean): number => receivedTimes.filter(isCounted).length / bytes.length;
  return {
    seed,
    isRight,
    ms,
    limitMs: 1.5 * good.ms + 10_000 / timeScale,
    twice: shareOf((times) => times === 2),
    moreOften: shareOf((times) => times > 2),
  };
}

async function download(mix: Mix, bytes: Buffer): Promise<{ ms: number; isRight: boolean; receivedTimes: Uint8Array }> {
  await using server = await serveMix(mix, bytes);
  const folder = await mkdtemp(join(tmpdir(), 'luci slow tail '));
  const receivedTimes = new Uint8Array(bytes.length);
  const net = countingNet(createNet({ offline: false, proxy: { none: [] }, userAgent: 'luci/test' }), receivedTimes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const startedMs = performance.now();
  try {
    const { path } = await downloadFile(
      net,
      { name: 'f.bin', sizeBytes: bytes.length, sha256, sources: [{ kind: 'url', url: server.url }] },
      {
        partialFolder: join(folder, '.partial'),
        destinationPath: join(folder, 'f.bin'),
        hub: { endpoint: 'http://127.0.0.1:9' },
        connections: mix.connections,
        transport: mix.seed % 2 === 0 ? 'socket' : 'node',
        silenceMs: 15_000 / timeScale,
        retryPauseMs: 500 / timeScale,
        sampleMs: 250 / timeScale,
      },
    );
    const ms = performance.now() - startedMs;
    return { ms, isRight: (await readFile(path)).equals(bytes), receivedTimes };
  } finally {
    await rm(folder, { recursive: true });
  }
}
