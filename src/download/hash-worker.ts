import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type HashWorkerData, slots } from './hasher.ts';

/** Hashes a file that is being written, up to where its owner says it is whole. A thread of its own: hashing a core's worth of bytes. */

const { path, shared } = workerData as HashWorkerData;
const state = new BigInt64Array(shared);
const buffer = Buffer.allocUnsafe(1024 ** 2);
const hash = createHash('sha256');
let position = 0n;

try {
  const file = openSync(path, 'r');
  for (;;) {
    const news = Atomics.load(state, slots.news);
    const isLast = Atomics.load(state, slots.isWhole) === 1n;
    const front = Atomics.load(state, slots.front);
    while (position < front) {
      const length = Number(front - position < BigInt(buffer.length) ? front - position : BigInt(buffer.length));
      const bytesRead = readSync(file, buffer, 0, length, Number(position));
      if (bytesRead === 0) throw Object.assign(new Error('the file became shorter while it was hashed'), { code: 'EIO' });
      hash.update(buffer.subarray(0, bytesRead));
      position += BigInt(bytesRead);
    }
    if (isLast) break;
    Atomics.wait(state, slots.news, news);
  }
  closeSync(file);
  parentPort?.postMessage({ sha256: hash.digest('hex') });
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  parentPort?.postMessage({ failed: { message, code } });
}
