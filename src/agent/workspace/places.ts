import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { LuciError } from '../../base/errors.ts';
import { diskError, isNotFound } from '../../base/system-error.ts';
import { ToolError } from '../tool.ts';
import { namesOf } from './path-names.ts';

/** Places inside one folder, and nothing outside of it. */
export interface Places {
  readonly root: string;
  /** The place of a path, each folder on the way checked to be a real folder inside the root. */
  of(path: string): Promise<string>;
  /** Refuses when the folder of a place is, by now, not where it was: something swapped it for a link. */
  requireInside(absolute: string, path: string): Promise<void>;
  /** As {@link requireInside}, where the folder may be missing and the model is told so. */
  requireFolder(absolute: string, path: string): Promise<void>;
}

/** The places of an existing folder. Throws NOT_FOUND for a folder that is none. */
export async function openPlaces(folder: string): Promise<Places> {
  const root = await existingFolder(folder);

  async function requireInside(absolute: string, path: string): Promise<void> {
    const parent = await realpath(absolute === root ? root : dirname(absolute));
    const isInside = parent === root || parent.startsWith(root + sep);
    if (!isInside || (absolute !== root && parent !== dirname(absolute)))
      throw new ToolError(`"${path}" leads out of the folder`, { outside: true });
  }

  return {
    root,
    async of(path) {
      const names = namesOf(path);
      let current = root;
      for (const [index, name] of names.entries()) {
        current = join(current, name);
        const found = await lstat(current).catch((error: unknown) => {
          if (isNotFound(error)) return undefined;
          throw error;
        });
        if (found?.isSymbolicLink()) throw new ToolError(`"${path}" goes through a link, which is not followed`, { outside: true });
        if (found && index < names.length - 1 && !found.isDirectory()) throw new ToolError(`"${path}" goes through a file`);
      }
      return current;
    },
    requireInside,
    requireFolder: (absolute, path) =>
      requireInside(absolute, path).catch((error: unknown) => {
        throw isNotFound(error) ? new ToolError(`the folder of "${path}" is not there`) : error;
      }),
  };
}

async function existingFolder(folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    if (!isNotFound(error)) throw diskError(error, folder, 'open a folder');
  }
  throw new LuciError('NOT_FOUND', `There is no folder ${folder}.`);
}
