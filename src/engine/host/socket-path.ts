import { accessSync, chmodSync, constants, lstatSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { LuciError } from '../../base/errors.ts';
import { makeFolderSync } from '../../base/make-folder-sync.ts';
import { shortHash } from '../../base/short-hash.ts';
import { errnoOf } from '../../base/system-error.ts';

/** Bytes the path of a socket may have everywhere: 104 on macOS, 108 on Linux, one of them the end. */
const maxPathBytes = 103;

/**
 * Where the engine process listens: one socket a home folder, in a short folder only the user can enter; on Windows a named pipe.
 * The first folder that can be used counts: XDG_RUNTIME_DIR may be that of somebody else (su and sudo keep it), or not be there.
 * @throws ENGINE_FAILED with what is wrong with each folder
 */
export function socketPathOf(home: string, runtimeFolder: string | undefined): string {
  const name = shortHash(home);
  const uid = process.getuid?.();
  if (uid === undefined) return `\\\\.\\pipe\\luci-${shortHash(os.homedir())}-${name}`;
  const ofUser = `luci-${uid}`;
  const folders = new Set([
    ...(runtimeFolder?.startsWith('/') ? [join(runtimeFolder, 'luci')] : []),
    join(os.tmpdir(), ofUser),
    join('/tmp', ofUser),
  ]);
  const problems: string[] = [];
  for (const folder of folders) {
    const path = join(folder, `${name}.sock`);
    const problem = Buffer.byteLength(path) > maxPathBytes ? 'its path is too long for a socket' : problemOf(folder, uid);
    if (problem === undefined) return path;
    problems.push(`${folder}: ${problem}`);
  }
  throw new LuciError('ENGINE_FAILED', `There is no folder where the engine can listen. ${problems.join('; ')}.`, {
    hint: 'Set XDG_RUNTIME_DIR to a folder of your own with a short path.',
  });
}

/** Makes the folder where it is missing. What is against it, or undefined. */
function problemOf(folder: string, uid: number): string | undefined {
  try {
    makeFolderSync(folder, { mode: 0o700 });
    const found = lstatSync(folder);
    // Somebody else may have made the folder first, in a place where everybody can write.
    if (!found.isDirectory() || found.uid !== uid) return 'it belongs to someone else';
    if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700);
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return `the system answers ${errnoOf(error) ?? String(error)}`;
  }
}
