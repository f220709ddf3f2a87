import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { comparing, mendedEarly } from './compare.ts';
import { openPartial } from './partial.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'luci compare '));
});
afterEach(() => rm(folder, { recursive: true }));

test('only what differs is written, and all that was compared is known to be right', async () => {
  const right = randomBytes(1_000_000);
  const damaged = Buffer.from(right);
  damaged.writeUInt8(damaged.readUInt8(450_000) ^ 1, 450_000);
  await writeFile(join(folder, 'k.part'), damaged.subarray(0, 950_000)); // And its end is missing.
  const partial = await openPartial({ folder, key: 'k', file: 'f' }, { isDamaged: true });
  const written: number[] = [];
  const { writev } = partial.handle;
  partial.handle.writev = ((pieces: readonly Uint8Array[], position: number) => {
    written.push(position);
    return writev.call(partial.handle, pieces, position);
  }) as typeof writev;
  let mended = 0;
  const compared = comparing(partial, () => {
    mended += 1;
  });
  for (let at = 0; at < right.length; at += 100_000)
    await compared.write([right.subarray(at, at + 40_000), right.subarray(at + 40_000, at + 100_000)], at);
  expect(written).toEqual([400_000, 900_000]);
  expect(mended).toBe(2);
  expect(compared.have.list()).toEqual([{ from: 0, to: right.length }]);
  await compared.close();
  expect((await readFile(join(folder, 'k.part'))).equals(right)).toBe(true);
});

test('the whole is looked at after a mended place, one look at a time and at most sixteen in all', async () => {
  const partial = await openPartial({ folder, key: 'k', file: 'f' });
  const looks: ((right: boolean) => void)[] = [];
  let right = 0;
  const isRight = (): Promise<boolean> => new Promise((resolve) => looks.push(resolve));
  const onRight = (): void => {
    right += 1;
  };
  const onMended = mendedEarly(partial, 1600, { isRight, onRight });
  for (let at = 0; at < 1600; at += 10) {
    partial.have.add(at, at + 10);
    onMended();
    if (at % 50 === 0) looks.at(-1)?.(false);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(looks.length).toBeGreaterThan(5);
  expect(looks.length).toBeLessThanOrEqual(16);
  expect(right).toBe(0);
  mendedEarly(partial, 1600, { isRight, onRight })();
  looks.at(-1)?.(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(right).toBe(1);
  await partial.close();
});
