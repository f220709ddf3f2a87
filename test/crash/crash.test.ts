import { expect, test } from 'vitest';
import { crashDownloads } from './crash-downloads.ts';

test('ten downloads killed at random moments: right digests, and no more than a second of transfer comes twice', async () => {
  const seed = Date.now() % 1e6;
  const result = await crashDownloads({ count: 10, mib: 64, seed });
  expect({ seed, ...result }).toMatchObject({ wrongDigests: 0, leftBehind: [] });
  expect(result.mostBytesTwice, `seed ${seed}`).toBeLessThan(result.bytesPerSecond);
  expect(result.killedAt.some((part) => part > 0.1 && part < 1)).toBe(true);
}, 120_000);
