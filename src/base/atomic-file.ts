import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sleep } from './abort.ts';
import { makeFolder } from './make-folder.ts';
import { errnoOf } from './system-error.ts';
import { uniqueMark } from './unique-mark.ts';

/** Writing a file so that a reader, a crash or a power loss never meets half of it. */

/**
 * Replaces `path` by `data`: temporary file beside it, fsync, rename. The folder is made when missing.
 * Throws the system's own error; callers wrap it with `diskError`.
 * @param mode permission bits of the new file (default 0o666 less the umask)
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array, { mode = 0o666 }: { mode?: number } = {}): Promise<void> {
  await makeFolder(dirname(path));
  const temporaryPath = `${path}.${uniqueMark()}.tmp`;
  try {
    const file = await open(temporaryPath, 'wx', mode);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await renameOver(temporaryPath, path);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

/** {@link writeFileAtomic} for a file of the user's own: one that is a link stays a link, and its mode stays. */
export async function writeKeepingMode(path: string, data: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const mode = await stat(target).then(
    (facts) => facts.mode & 0o777,
    () => undefined, // There is none yet, or the writing says why not.
  );
  await writeFileAtomic(target, data, { mode });
}

/** rename() that replaces; on Windows a virus scanner may hold the target for a moment, so these refusals are retried for 5 s. */
export async function renameOver(from: string, to: string): Promise<void> {
  const deadline = performance.now() + 5000;
  for (;;) {
    try {
      return await rename(from, to);
    } catch (error) {
      const scannerMayHoldIt = process.platform === 'win32' && ['EPERM', 'EBUSY', 'EACCES'].includes(errnoOf(error) ?? '');
      if (!scannerMayHoldIt || performance.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

/** Makes a rename or a new file in `folder` survive a power loss. Does nothing where folders cannot be opened (Windows). */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
