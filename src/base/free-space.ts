import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError, isNotFound } from './system-error.ts';
import { formatBytes } from './units.ts';

/** Of a file system that states no size: nothing is refused for it. */
const unknownRoom = Number.MAX_SAFE_INTEGER;

/** Free bytes on the disk where a folder is, or will be; a file system that states no size at all is not full but unknown. */
export async function freeBytesAt(folder: string): Promise<number> {
  for (let path = folder; ; path = dirname(path)) {
    try {
      const { blocks, bavail, bsize } = await statfs(path);
      return blocks === 0 ? unknownRoom : bavail * bsize;
    } catch (error) {
      if (!isNotFound(error) || dirname(path) === path) throw diskError(error, folder, 'look at the free space');
    }
  }
}

/** Free bytes as people read them. */
export function freeText(freeBytes: number): string {
  return freeBytes === unknownRoom ? 'an unknown amount' : formatBytes(freeBytes);
}
