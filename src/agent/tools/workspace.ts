import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, rmdir, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { renameOver } from '../../base/atomic-file.ts';
import { LuciError } from '../../base/errors.ts';
import { diskError, errnoOf, isNotFound } from '../../base/system-error.ts';
import { uniqueMark } from '../../base/unique-mark.ts';

/**
 * One folder in which a model may work. Nothing outside of it is read or written: no absolute paths, no way up, no links, no names
 * that mean something else on another system. What is overwritten or deleted goes to a trash folder first.
 */
export interface Workspace {
  readonly root: string;
  /** Names of a folder, folders with a slash at their end, sorted. */
  list(path: string): Promise<readonly string[]>;
  read(path: string): Promise<string>;
  write(path: string, content: string): Promise<void>;
  /** Moves or renames a file or a folder; something at the new place goes to the trash. */
  move(from: string, to: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Moves a file or a folder to the trash. */
  remove(path: string): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** What went to the trash, the newest last. */
  readonly trashed: readonly Trashed[];
  /** Brings back what went to the trash last; false when there is nothing. */
  restoreLast(): Promise<boolean>;
}

/** Something in the trash. */
export interface Trashed {
  /** Where it was, from the root. */
  readonly path: string;
  readonly trashPath: string;
}

/** Bytes of a file that are read, or written, at most. */
const mostBytes = 1_000_000;

/**
 * Opens a workspace on an existing folder. `trashFolder` must lie on the same disk for moves to be quick; it is made when needed.
 * @throws NOT_FOUND for a folder that is none
 */
export async function openWorkspace(folder: string, trashFolder: string): Promise<Workspace> {
  const root = await existingFolder(folder);
  const trashed: Trashed[] = [];

  /** The place of a path, each folder on the way checked to be a real folder inside the root. */
  async function place(path: string): Promise<string> {
    const names = namesOf(path);
    let current = root;
    for (const [index, name] of names.entries()) {
      current = join(current, name);
      const found = await lstat(current).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
      if (found?.isSymbolicLink()) throw new Error(`"${path}" goes through a link, which is not followed`);
      if (found && index < names.length - 1 && !found.isDirectory()) throw new Error(`"${path}" goes through a file`);
    }
    return current;
  }

  /** Refuses when the folder of a place is, by now, not where it was: something swapped it for a link. */
  async function requireInside(absolute: string, path: string): Promise<void> {
    const parent = await realpath(absolute === root ? root : dirname(absolute));
    const isInside = parent === root || parent.startsWith(root + sep);
    if (!isInside || (absolute !== root && parent !== dirname(absolute))) throw new Error(`"${path}" leads out of the folder`);
  }

  async function toTrash(absolute: string, path: string): Promise<void> {
    const trashPath = join(trashFolder, uniqueMark(), ...namesOf(path).slice(-1));
    await mkdir(dirname(trashPath), { recursive: true });
    await moveTo(absolute, trashPath);
    trashed.push({ path, trashPath });
  }

  const exists = async (path: string): Promise<boolean> => (await lstat(await place(path)).catch(() => undefined)) !== undefined;

  return {
    root,
    trashed,
    exists,
    async list(path) {
      const absolute = await place(path);
      await requireInside(absolute, path);
      const entries = await readdir(absolute, { withFileTypes: true }).catch((error: unknown) => {
        throw said(error, path, 'folder');
      });
      return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    },
    async read(path) {
      const absolute = await place(path);
      await requireInside(absolute, path);
      // A link put there after the look is refused by the system itself.
      const file = await open(absolute, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((error: unknown) => {
        throw said(error, path, 'file');
      });
      try {
        const found = await file.stat();
        if (!found.isFile()) throw new Error(`"${path}" is no file`);
        if (found.size > mostBytes) throw new Error(`"${path}" has ${found.size} bytes; at most ${mostBytes} are read`);
        return await file.readFile('utf8');
      } finally {
        await file.close();
      }
    },
    async write(path, content) {
      if (Buffer.byteLength(content) > mostBytes) throw new Error(`more than ${mostBytes} bytes are not written`);
      const absolute = await place(path);
      if (absolute === root) throw new Error('a file needs a name');
      const there = await lstat(absolute).catch(() => undefined);
      if (there?.isDirectory()) throw new Error(`"${path}" is a folder`);
      await requireInside(absolute, path).catch((error: unknown) => {
        throw isNotFound(error) ? new Error(`the folder of "${path}" is not there`) : error;
      });
      // Written beside and renamed: a rename replaces a link that was put there meanwhile, and does not follow it.
      const temporary = join(dirname(absolute), `.${uniqueMark()}.tmp`);
      const file = await open(temporary, 'wx');
      try {
        await file.writeFile(content);
      } finally {
        await file.close();
      }
      if (there) await toTrash(absolute, path);
      await renameOver(temporary, absolute);
    },
    async move(from, to) {
      const [source, target] = [await place(from), await place(to)];
      if (source === root || target === root) throw new Error('the folder itself cannot be moved');
      if (target === source || target.startsWith(source + sep)) throw new Error(`"${from}" cannot be moved into itself`);
      if (!(await lstat(source).catch(() => undefined))) throw new Error(`there is no "${from}"`);
      await requireInside(source, from);
      await requireInside(target, to).catch((error: unknown) => {
        throw isNotFound(error) ? new Error(`the folder of "${to}" is not there`) : error;
      });
      const there = await lstat(target).catch(() => undefined);
      if (there?.isDirectory()) throw new Error(`"${to}" is a folder that is already there`);
      if (there) await toTrash(target, to);
      await rename(source, target);
    },
    async makeFolder(path) {
      const absolute = await place(path);
      const existing = await lstat(absolute).catch(() => undefined);
      if (existing && !existing.isDirectory()) throw new Error(`"${path}" is a file`);
      await mkdir(absolute, { recursive: true });
    },
    async remove(path) {
      const absolute = await place(path);
      if (absolute === root) throw new Error('the folder itself cannot be deleted');
      if (!(await lstat(absolute).catch(() => undefined))) throw new Error(`there is no "${path}"`);
      await requireInside(absolute, path);
      await toTrash(absolute, path);
    },
    async restoreLast() {
      const last = trashed.pop();
      if (!last) return false;
      const absolute = await place(last.path);
      if (await lstat(absolute).catch(() => undefined)) await toTrash(absolute, last.path);
      await moveTo(last.trashPath, absolute);
      await rmdir(dirname(last.trashPath)).catch(() => undefined); // The folder of the mark; something else in it is left.
      return true;
    },
  };
}

/** Moves; to another disk by copying. */
async function moveTo(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'EXDEV') throw error;
    const { cp, rm } = await import('node:fs/promises');
    await cp(from, to, { recursive: true, errorOnExist: true, force: false });
    await rm(from, { recursive: true });
  }
}

const deviceNames = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** The names of a path from the root. Throws for everything that is not plainly inside it, on any system. */
function namesOf(path: string): readonly string[] {
  const refuse = (why: string): never => {
    throw new Error(`"${path}" is not allowed: ${why}`);
  };
  if (path.includes('\0')) refuse('it holds a NUL');
  if (path.length > 1000) refuse('it is too long');
  if (/^[/\\~]/.test(path) || /^[a-z]:/i.test(path)) refuse('paths start at the folder');
  const names = path.split(/[/\\]/).filter((name) => name !== '' && name !== '.');
  for (const name of names) {
    if (name === '..') refuse('it leads out of the folder');
    if (/[<>:"|?*]/.test(name) || [...name].some((char) => char < ' ')) refuse('a name holds a character that is not allowed everywhere');
    if (/[. ]$/.test(name)) refuse('a name ends in a dot or a space');
    if (deviceNames.test(name)) refuse('a name is that of a device on Windows');
  }
  return names;
}

function said(error: unknown, path: string, what: string): Error {
  const words: Record<string, string> = {
    ENOENT: `there is no ${what} "${path}"`,
    ENOTDIR: `"${path}" is no folder`,
    EISDIR: `"${path}" is a folder`,
    ELOOP: `"${path}" is a link, which is not followed`,
    EACCES: `"${path}" may not be read`,
  };
  return new Error(words[errnoOf(error) ?? ''] ?? `"${path}" cannot be used`);
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
