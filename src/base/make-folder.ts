import { mkdir, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isLuciError, LuciError } from './errors.ts';
import { diskError, isNotFound } from './system-error.ts';

/** Folders that are made where they are missing. */

/** Makes a folder and those above it. Throws the system's own error. */
export async function makeFolder(folder: string, { mode }: { readonly mode?: number } = {}): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // On a read-only disk Node says of a folder with missing ones above it that it is not there; the first of them says why.
    await mkdir(await firstMissing(folder));
    await mkdir(folder, { recursive: true, mode });
  }
}

async function firstMissing(folder: string): Promise<string> {
  const parent = dirname(folder);
  const isThere = parent === folder || (await stat(parent).catch(() => undefined)) !== undefined;
  return isThere ? folder : firstMissing(parent);
}

/** Makes a folder of its own among the temporary ones. @throws DISK_* with the way out */
export async function makeTemporaryFolder(prefix: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), prefix));
  } catch (cause) {
    const error = diskError(
      isNotFound(cause) ? new LuciError('DISK_FAILED', `There is no ${tmpdir()}.`) : cause,
      tmpdir(),
      'make a temporary folder',
    );
    if (!isLuciError(error)) throw error;
    throw new LuciError(error.code, error.message, { hint: 'Set TMPDIR to a folder you can write.', cause });
  }
}
