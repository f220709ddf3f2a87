import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { LuciError } from '../../base/errors.ts';
import { shortHash } from '../../base/short-hash.ts';

/**
 * Where the engine process listens: one socket a home folder, in a short folder only the user can enter (a socket's path
 * may have 104 characters on macOS); on Windows a named pipe.
 */
export function socketPathOf(home: string, runtimeFolder: string | undefined): string {
  const name = shortHash(home);
  const user = os.userInfo();
  if (process.platform === 'win32') return `\\\\.\\pipe\\luci-${user.username.replace(/\W/g, '_')}-${name}`;
  const folder =
    runtimeFolder !== undefined && runtimeFolder.length < 60
      ? join(runtimeFolder, 'luci')
      : join(os.tmpdir().length < 60 ? os.tmpdir() : '/tmp', `luci-${user.uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  // Somebody else may have made the folder first, in a place where everybody can write.
  if (!found.isDirectory() || found.uid !== user.uid)
    throw new LuciError('ENGINE_FAILED', `${folder} belongs to someone else, so the engine cannot listen there.`, {
      hint: `Set XDG_RUNTIME_DIR to a folder of your own.`,
    });
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
  return join(folder, `${name}.sock`);
}
