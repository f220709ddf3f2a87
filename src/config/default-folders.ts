import { lstatSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { LuciError } from '../base/errors.ts';
import { isNotFound } from '../base/system-error.ts';
import { userFolder } from './user-folder.ts';

/** Where luci keeps things when nobody says where. */

/** Two folders; they are one where the home was named, and where `~/.luciferai` is used. */
export interface HomeFolders {
  /** Of models, state, logs and all else that luci writes by itself. */
  readonly home: string;
  /** Of the files that people write: `config.json`, `catalog.json`, `mcp.json`. */
  readonly configFolder: string;
}

/** What the choice is made by; by default what this process finds. */
export interface FolderFacts {
  readonly platform: NodeJS.Platform;
  /** The user's own folder, where it is known. */
  readonly user: string | undefined;
  /** Whether something has that name, whatever it is. */
  readonly isThere: (path: string) => boolean;
}

const ofThisProcess = (): FolderFacts => ({ platform: process.platform, user: userFolder(), isThere });

/**
 * `~/.luciferai`; on Linux the folders of the XDG Base Directory Specification, unless that one is there already: nobody's models are left behind.
 * A variable that is no absolute path is passed over, as that specification says.
 * @throws CONFIG_INVALID where the account has no home folder and no variable names one
 */
export function defaultFolders(
  environment: Readonly<Record<string, string>>,
  { platform, user, isThere }: FolderFacts = ofThisProcess(),
): HomeFolders {
  const old = user === undefined ? undefined : join(user, '.luciferai');
  if (old !== undefined && (platform !== 'linux' || isThere(old))) return { home: old, configFolder: old };
  const data = platform === 'linux' ? folderOf(environment['XDG_DATA_HOME'], user, ['.local', 'share']) : undefined;
  if (data === undefined)
    throw new LuciError(
      'CONFIG_INVALID',
      'Where luci should keep its models is not known: this account has no home folder, and HOME is not set.',
      { hint: 'luci --home /a/folder/you/own list\nLUCI_HOME=/a/folder/you/own luci list' },
    );
  return { home: data, configFolder: folderOf(environment['XDG_CONFIG_HOME'], user, ['.config']) ?? data };
}

function folderOf(variable: string | undefined, user: string | undefined, below: readonly string[]): string | undefined {
  if (variable !== undefined && isAbsolute(variable)) return join(variable, 'luci');
  return user === undefined ? undefined : join(user, ...below, 'luci');
}

/** A link to a disk that is not mounted is there; so is what cannot be looked at, which the first command will say. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    return !isNotFound(error);
  }
}
