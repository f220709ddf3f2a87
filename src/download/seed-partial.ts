import { constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { abortError, throwIfAborted } from '../base/abort.ts';
import { lock } from '../base/lock.ts';
import { makeFolder } from '../base/make-folder.ts';
import { diskError } from '../base/system-error.ts';
import { createIntervals, type Intervals } from './intervals.ts';
import { openPartial, type PartialIdentity } from './partial.ts';
import { requireSpace } from './transfer.ts';

/**
 * Puts what is left of a damaged file into the place of an unfinished download, so that only the rest is fetched: the end of a
 * file that became shorter, and the blocks of zeros a disk leaves after a crash. Other damage cannot be told from good bytes without
 * the source; the digest at the end finds it, and then all is compared with the source (`repairs` of `downloadFile`). The damaged file
 * is only read.
 */
export async function seedPartial(identity: PartialIdentity, damagedPath: string, signal?: AbortSignal): Promise<void> {
  const { folder, key, sizeBytes = Number.POSITIVE_INFINITY } = identity;
  const kept = await findKept(damagedPath, sizeBytes, signal);
  const dataPath = join(folder, `${key}.part`);
  try {
    await makeFolder(folder);
    // Another luci that fetches the same file is waited for; luci clean leaves alone what is locked.
    await using _held = await lock(join(folder, `${key}.lock`), { waitMs: Number.POSITIVE_INFINITY, signal });
    const fresh = await openPartial(identity);
    await fresh.discard();
    await copy(damagedPath, dataPath, signal);
    const data = await open(dataPath, 'r+');
    const { size } = await data.stat();
    if (size > sizeBytes) await data.truncate(sizeBytes);
    await data.close();
    const partial = await openPartial(identity, { seeded: kept });
    await partial.save();
    await partial.close();
  } catch (error) {
    await rm(dataPath, { force: true });
    if (signal?.aborted) throw abortError(signal);
    throw diskError(error, dataPath, 'prepare a repair');
  }
}

/** A clone where the file system can, which takes neither time nor room; else a copy that a signal stops. */
async function copy(from: string, to: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE);
  } catch {
    // Every reason for which cloning fails shows again when copying.
    await requireSpace(to, (await stat(from)).size);
    const options = { highWaterMark: 1024 ** 2 };
    await pipeline(createReadStream(from, options), createWriteStream(to, { ...options, mode: 0o600 }), { signal });
  }
}

const blockBytes = 64 * 1024;

/** Everything but blocks of zeros, up to the size the file should have. */
async function findKept(path: string, sizeBytes: number, signal: AbortSignal | undefined): Promise<Intervals> {
  const kept = createIntervals();
  const zeros = Buffer.alloc(blockBytes);
  const buffer = Buffer.alloc(blockBytes * 16);
  const file = await open(path, 'r');
  try {
    for (let position = 0; position < sizeBytes; ) {
      throwIfAborted(signal);
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, sizeBytes - position), position);
      if (bytesRead === 0) break;
      for (let at = 0; at < bytesRead; at += blockBytes) {
        const block = buffer.subarray(at, Math.min(bytesRead, at + blockBytes));
        if (!block.equals(zeros.subarray(0, block.length))) kept.add(position + at, position + at + block.length);
      }
      position += bytesRead;
    }
  } finally {
    await file.close();
  }
  return kept;
}
