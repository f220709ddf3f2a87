import { mkdir, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isLuciError, LuciError } from './errors.ts';
import { diskError, errnoOf, isNotFound } from './system-error.ts';

/** Folders that are made where they are missing. */

/**
 * Makes a folder and those above it, from the top. Throws the system's own error, of the first that cannot be made.
 * Not by the system's `recursive`: where a folder that is there takes none and says that it is not there, as below /proc, Node tries for
 * ever, and no signal ends it.
 */
export async function makeFolder(folder: string, { mode }: { readonly mode?: number } = {}): Promise<void> {
  if (await isFolder(folder)) return;
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    if (await isFolder(folder)) return; // Another process was first.
    const parent = dirname(folder);
    if (errnoOf(error) !== 'ENOENT' || (await isFolder(parent))) throw error;
    await makeFolder(parent, { mode });
    await makeFolder(folder, { mode });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
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
