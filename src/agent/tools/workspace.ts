import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, rmdir, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { renameOver } from '../../base/atomic-file.ts';
import { LuciError } from '../../base/errors.ts';
import { diskError, errnoOf, isNotFound } from '../../base/system-error.ts';
import { uniqueMark } from '../../base/unique-mark.ts';
import { ToolError } from '../tool.ts';
import { binaryKind, specialKind } from './file-kind.ts';
import { namesOf } from './workspace-path.ts';

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
  /** What went to the trash and was not brought back, the newest last. */
  readonly trashed: readonly Trashed[];
  /** Takes back the last change of what was there: replaced and deleted things come back, moved ones go back. False when there is none. */
  restoreLast(): Promise<boolean>;
}

/** Something in the trash. */
export interface Trashed {
  /** Where it was, from the root. */
  readonly path: string;
  readonly trashPath: string;
}

/** Bytes of a file that are read, or written, at most. */
const maxFileBytes = 1_000_000;

/** What is written and made for as long as the workspace is open, which is one chat. */
const maxWrittenBytes = 50_000_000;
const maxMade = 1000;

/** One thing that a change did to what was there: put into the trash, or moved. */
type Step =
  | { readonly kind: 'trashed'; readonly trashed: Trashed }
  | { readonly kind: 'moved'; readonly from: string; readonly to: string };

/**
 * Opens a workspace on an existing folder. `trashFolder` must lie on the same disk for moves to be quick; it is made when needed.
 * @throws NOT_FOUND for a folder that is none
 */
export async function openWorkspace(folder: string, trashFolder: string): Promise<Workspace> {
  const root = await existingFolder(folder);
  /** Each change with its steps. */
  const journal: (readonly Step[])[] = [];
  const take = createAllowance();

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
      if (found?.isSymbolicLink()) throw new ToolError(`"${path}" goes through a link, which is not followed`, { outside: true });
      if (found && index < names.length - 1 && !found.isDirectory()) throw new ToolError(`"${path}" goes through a file`);
    }
    return current;
  }

  /** Refuses when the folder of a place is, by now, not where it was: something swapped it for a link. */
  async function requireInside(absolute: string, path: string): Promise<void> {
    const parent = await realpath(absolute === root ? root : dirname(absolute));
    const isInside = parent === root || parent.startsWith(root + sep);
    if (!isInside || (absolute !== root && parent !== dirname(absolute)))
      throw new ToolError(`"${path}" leads out of the folder`, { outside: true });
  }

  async function toTrash(absolute: string, path: string): Promise<Step> {
    const trashPath = join(trashFolder, uniqueMark(), ...namesOf(path).slice(-1));
    await mkdir(dirname(trashPath), { recursive: true });
    await moveTo(absolute, trashPath);
    return { kind: 'trashed', trashed: { path, trashPath } };
  }

  /** What is in the way of something that comes back is not lost either, but no change of its own. */
  async function putBack(from: string, path: string): Promise<void> {
    const absolute = await place(path);
    if (await lstat(absolute).catch(() => undefined)) await toTrash(absolute, path);
    await moveTo(from, absolute);
  }

  async function undo(step: Step): Promise<void> {
    if (step.kind === 'moved') return putBack(await place(step.to), step.from);
    const { path, trashPath } = step.trashed;
    await putBack(trashPath, path);
    await rmdir(dirname(trashPath)).catch(() => undefined); // The folder of the mark; something else in it is left.
  }

  const exists = async (path: string): Promise<boolean> => (await lstat(await place(path)).catch(() => undefined)) !== undefined;

  return {
    root,
    get trashed() {
      return journal.flat().flatMap((step) => (step.kind === 'trashed' ? [step.trashed] : []));
    },
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
      const there = await lstat(absolute).catch((error: unknown) => {
        throw said(error, path, 'file');
      });
      requirePlain(there, path);
      // What was put there after the look: a link is refused by the system itself, and a named pipe keeps nobody waiting.
      const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
      const file = await open(absolute, flags).catch((error: unknown) => {
        throw said(error, path, 'file');
      });
      try {
        const found = await file.stat();
        requirePlain(found, path);
        if (found.size > maxFileBytes) throw new ToolError(`"${path}" has ${found.size} bytes; at most ${maxFileBytes} are read`);
        const bytes = await file.readFile();
        const kind = binaryKind(bytes);
        if (kind !== undefined) throw new ToolError(`"${path}" is no text but ${kind} of ${bytes.length} bytes`);
        return bytes.toString('utf8');
      } finally {
        await file.close();
      }
    },
    async write(path, content) {
      if (Buffer.byteLength(content) > maxFileBytes) throw new ToolError(`more than ${maxFileBytes} bytes are not written`);
      const absolute = await place(path);
      if (absolute === root) throw new ToolError('a file needs a name');
      const there = await lstat(absolute).catch(() => undefined);
      if (there?.isDirectory()) throw new ToolError(`"${path}" is a folder`);
      await requireInside(absolute, path).catch((error: unknown) => {
        throw isNotFound(error) ? new ToolError(`the folder of "${path}" is not there`) : error;
      });
      take(Buffer.byteLength(content));
      const temporary = await writeBeside(absolute, content, there?.isFile() ? there.mode & 0o777 : undefined);
      if (there) journal.push([await toTrash(absolute, path)]);
      await renameOver(temporary, absolute);
    },
    async move(from, to) {
      const [source, target] = [await place(from), await place(to)];
      if (source === root || target === root) throw new ToolError('the folder itself cannot be moved');
      if (target === source || target.startsWith(source + sep)) throw new ToolError(`"${from}" cannot be moved into itself`);
      if (!(await lstat(source).catch(() => undefined))) throw new ToolError(`there is no "${from}"`);
      await requireInside(source, from);
      await requireInside(target, to).catch((error: unknown) => {
        throw isNotFound(error) ? new ToolError(`the folder of "${to}" is not there`) : error;
      });
      const there = await lstat(target).catch(() => undefined);
      if (there?.isDirectory()) throw new ToolError(`"${to}" is a folder that is already there`);
      const over = there ? [await toTrash(target, to)] : [];
      await rename(source, target);
      journal.push([...over, { kind: 'moved', from, to }]);
    },
    async makeFolder(path) {
      const absolute = await place(path);
      const existing = await lstat(absolute).catch(() => undefined);
      if (existing && !existing.isDirectory()) throw new ToolError(`"${path}" is a file`);
      if (!existing) take(0);
      await mkdir(absolute, { recursive: true });
    },
    async remove(path) {
      const absolute = await place(path);
      if (absolute === root) throw new ToolError('the folder itself cannot be deleted');
      if (!(await lstat(absolute).catch(() => undefined))) throw new ToolError(`there is no "${path}"`);
      await requireInside(absolute, path);
      journal.push([await toTrash(absolute, path)]);
    },
    async restoreLast() {
      const last = journal.pop();
      if (!last) return false;
      for (const step of last.toReversed()) await undo(step);
      return true;
    },
  };
}

/** Counts what is about to be made and written; throws where it is too much. */
function createAllowance(): (bytes: number) => void {
  let writtenBytes = 0;
  let made = 0;
  return (bytes) => {
    if (writtenBytes + bytes > maxWrittenBytes)
      throw new ToolError(`no more than ${maxWrittenBytes} bytes are written in one chat`, { limited: true });
    if (made >= maxMade) throw new ToolError(`no more than ${maxMade} files and folders are written in one chat`, { limited: true });
    writtenBytes += bytes;
    made += 1;
  };
}

/**
 * Writes beside the place, to be renamed: a rename replaces a link that was put there meanwhile, and does not follow it. `mode` is that of
 * the file which is replaced: nobody else may read what replaces a secret, not even before its mode is set.
 */
async function writeBeside(absolute: string, content: string, mode: number | undefined): Promise<string> {
  const temporary = join(dirname(absolute), `.${uniqueMark()}.tmp`);
  const file = await open(temporary, 'wx', mode === undefined ? 0o666 : 0o600);
  try {
    await file.writeFile(content);
    if (mode !== undefined) await file.chmod(mode);
  } finally {
    await file.close();
  }
  return temporary;
}

/** Refuses what is no plain file, and says what it is. */
function requirePlain(found: Stats, path: string): void {
  const kind = specialKind(found);
  if (kind !== undefined) throw new ToolError(`"${path}" is ${kind}, not a file`);
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

function said(error: unknown, path: string, what: string): ToolError {
  const words: Record<string, string> = {
    ENOENT: `there is no ${what} "${path}"`,
    ENOTDIR: `"${path}" is no folder`,
    EISDIR: `"${path}" is a folder`,
    ELOOP: `"${path}" is a link, which is not followed`,
    EACCES: `"${path}" may not be read`,
  };
  const facts = errnoOf(error) === 'ELOOP' ? ({ outside: true } as const) : {};
  return new ToolError(words[errnoOf(error) ?? ''] ?? `"${path}" cannot be used`, facts);
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
