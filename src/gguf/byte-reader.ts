import { open } from 'node:fs/promises';
import { throwIfAborted } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import { diskError, isNotFound } from '../base/system-error.ts';
import { ggufError } from './gguf-error.ts';

/** Ranges of bytes, from a file or from memory. */
export interface ByteReader {
  /** Size of the whole, where it is known. */
  readonly sizeBytes: number | undefined;
  /** The bytes of a range; fewer at the end of what there is. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Reads ranges of a file while `use` runs. */
export async function withFileReader<T>(path: string, use: (reader: ByteReader) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (isNotFound(error)) throw new LuciError('NOT_FOUND', `There is no file ${path}.`, { hint: 'luci list', cause: error });
    throw diskError(error, path, 'open a model file');
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw ggufError(found.isDirectory() ? `${path} is a folder, not a file` : `${path} is no regular file`, { path });
    const { size } = found;
    return await use({
      sizeBytes: size,
      async read(offset, length) {
        throwIfAborted(signal);
        const buffer = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
        return buffer.subarray(0, bytesRead);
      },
    });
  } finally {
    await file.close();
  }
}

/** Reads from the first bytes of something larger. */
export function memoryReader(prefix: Uint8Array, totalBytes: number | undefined): ByteReader {
  return { sizeBytes: totalBytes, read: async (offset, length) => prefix.subarray(offset, offset + length) };
}
