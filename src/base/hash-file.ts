import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { throwIfAborted } from './abort.ts';
import type { Sha256 } from './model.ts';
import { diskError } from './system-error.ts';

/** How to hash. */
export interface HashOptions {
  readonly signal?: AbortSignal;
  /** Called with the number of bytes of each piece read. */
  readonly onBytes?: (bytes: number) => void;
}

/** The sha256 of a file's bytes, read once from start to end. */
export async function hashFile(path: string, { signal, onBytes }: HashOptions = {}): Promise<Sha256> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 ** 2 }) as AsyncIterable<Buffer>) {
      throwIfAborted(signal);
      hash.update(chunk);
      onBytes?.(chunk.length);
    }
  } catch (error) {
    throw diskError(error, path, 'read a file');
  }
  return hash.digest('hex');
}
