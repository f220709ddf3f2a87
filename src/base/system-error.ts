import { LuciError } from './errors.ts';

/** Errors of the operating system (`ENOSPC`, `EACCES`, ...) as errors of luci. Knows errno names, not what was being done. */

const diskCodes: Record<string, 'DISK_FULL' | 'DISK_DENIED'> = {
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EACCES: 'DISK_DENIED',
  EPERM: 'DISK_DENIED',
  EROFS: 'DISK_DENIED',
};

/** What an errno means, where its code does not say it; others are told by their name. */
const diskWords: Record<string, string> = {
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a file is in the way of a folder',
  EFBIG: 'so large a file is more than this disk, or a limit of this shell (ulimit -f), takes',
  EIO: 'the disk could not read or write it, and may be failing',
  ENAMETOOLONG: 'its name or its path is too long for the disk',
};

/** Ways out that are not those of every failure of a disk. */
const diskHints: Record<string, string> = {
  EFBIG: 'luci --home /disk/that/takes/large/files …\nOn FAT32 a file has 4 GB at most; exFAT, NTFS, ext4 and APFS take larger ones.',
};

/** The errno name of an error of Node, or undefined. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True when a file or folder is not there. */
export function isNotFound(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
}

/**
 * A failed write or read of `path` as a {@link LuciError}; errors that are not the disk's come back unchanged.
 * @param doing what luci was doing, as in "cannot write the index"
 */
export function diskError(error: unknown, path: string, doing: string): unknown {
  const errno = errnoOf(error);
  if (error instanceof LuciError || errno === undefined || !/^E[A-Z0-9]+$/.test(errno)) return error;
  const code = diskCodes[errno] ?? 'DISK_FAILED';
  const ofCode = { DISK_FULL: 'the disk is full', DISK_DENIED: 'permission denied', DISK_FAILED: `the disk answered ${errno}` }[code];
  const why = diskWords[errno] ?? ofCode;
  const usual = code === 'DISK_FULL' ? 'luci clean\nluci --home /bigger/disk …' : 'luci --home /a/folder/you/own …';
  const hint = diskHints[errno] ?? usual;
  return new LuciError(code, `Cannot ${doing}: ${why} (${path})`, { hint, details: { path, errno }, cause: error });
}
