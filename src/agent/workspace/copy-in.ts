import { constants, type Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, readlink, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { specialKind } from '../../base/special-file.ts';
import { ToolError } from '../tool.ts';

/**
 * Copies a file, or a folder with all in it: contents and modes; times are those of now. A link is copied as a link. `to` must be free.
 * `path` is what the source is called.
 */
export async function copyIn(from: string, to: string, path: string): Promise<void> {
  const found = await lstat(from);
  if (found.isDirectory()) {
    await mkdir(to, { mode: 0o700 });
    for (const name of await readdir(from)) await copyIn(join(from, name), join(to, name), `${path}/${name}`);
    await chmod(to, found.mode & 0o777);
  } else if (found.isSymbolicLink()) await symlink(await readlink(from), to);
  else await copyFile(from, to, { found, path });
}

/** Nobody else may read the copy of a secret, not even before its mode is set. */
async function copyFile(from: string, to: string, { found, path }: { readonly found: Stats; readonly path: string }): Promise<void> {
  requirePlain(found, path);
  await using source = await open(from, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  const { mode } = requirePlain(await source.stat(), path);
  await using copy = await open(to, 'wx', 0o600);
  const piece = Buffer.allocUnsafe(64 * 1024);
  for (let read = await source.read(piece); read.bytesRead > 0; read = await source.read(piece))
    await copy.writeFile(piece.subarray(0, read.bytesRead));
  await copy.chmod(mode & 0o777);
}

function requirePlain(found: Stats, path: string): Stats {
  const kind = specialKind(found);
  if (kind !== undefined) throw new ToolError(`"${path}" is ${kind}, which is not copied`);
  return found;
}
