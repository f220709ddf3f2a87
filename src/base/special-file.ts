import type { Stats } from 'node:fs';

/** A thing on the disk that is no plain file, in words; undefined for one that is. */
export function specialKind(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  if (found.isSocket()) return 'a socket';
  return found.isSymbolicLink() ? 'a link, which is not followed' : 'a device';
}
