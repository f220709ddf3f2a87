import { constants } from 'node:fs';
import { chmod, copyFile, lchown, lstat, lutimes, mkdir, open, readdir, readlink, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../base/atomic-file.ts';
import { errnoOf } from '../../base/system-error.ts';
import { ToolError } from '../tool.ts';

/** Whole trees of files, where they cannot simply be renamed. */

/** Copies a file, a link or a folder with all in it: contents, modes, times, targets of links. `to` must be free. */
export async function copyTree(from: string, to: string, { isDurable }: { readonly isDurable: boolean }): Promise<void> {
  const stats = await lstat(from);
  const { atime, mtime, mode } = stats;
  if (stats.isSymbolicLink()) {
    await symlink(await readlink(from), to);
    await keepOwner(to, stats);
    return lutimes(to, atime, mtime);
  }
  if (stats.isDirectory()) {
    await mkdir(to, { mode: 0o700 });
    for (const name of await readdir(from)) await copyTree(join(from, name), join(to, name), { isDurable });
    if (isDurable) await syncFolder(to);
  } else if (stats.isFile()) {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    if (isDurable) await syncFile(to);
  } else throw new ToolError('a socket, a pipe or a device cannot be kept on another disk');
  await keepOwner(to, stats);
  await chmod(to, mode & 0o7777);
  await utimes(to, atime, mtime);
}

/** Only the system's administrator may give files to others. */
async function keepOwner(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): Promise<void> {
  if (process.getuid?.() === 0) await lchown(path, uid, gid);
}

/** Makes the content of a file survive a loss of power. */
export async function syncFile(path: string): Promise<void> {
  // A copy of a file that nobody may write can still be opened for reading.
  const file = await open(path, 'r');
  try {
    await file.sync();
  } catch (error) {
    if (process.platform !== 'win32' || errnoOf(error) !== 'EPERM') throw error; // Windows syncs only what is open for writing.
  } finally {
    await file.close();
  }
}

/** Makes a file, or a folder with all in it, survive a loss of power. */
export async function syncTree(path: string): Promise<void> {
  const stats = await lstat(path);
  if (stats.isFile()) await syncFile(path);
  if (!stats.isDirectory()) return;
  for (const name of await readdir(path)) await syncTree(join(path, name));
  await syncFolder(path);
}

/** Removes a tree, folders in it that nobody may write included. Nothing there is nothing to do. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (errnoOf(error) !== 'EACCES' && errnoOf(error) !== 'EPERM') throw error;
    await openFolders(path);
    await rm(path, { recursive: true, force: true });
  }
}

async function openFolders(path: string): Promise<void> {
  const stats = await lstat(path);
  if (!stats.isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openFolders(join(path, name));
}
