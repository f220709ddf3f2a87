import type { Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { FileChange } from '../journal/file-change.ts';
import { exists } from '../journal/images.ts';
import type { Journal } from '../journal/journal.ts';
import type { ChangePlan } from '../journal/make-change.ts';
import { sizeOf } from '../journal/snapshot.ts';
import { keptBytes } from '../journal/transaction.ts';
import { ToolError } from '../tool.ts';
import { copyIn } from './copy-in.ts';
import { createAllowance, maxFileBytes } from './limits.ts';
import { namesOf } from './path-names.ts';
import type { Places } from './places.ts';
import { readText } from './reading.ts';

/** Changing a folder. Each change is on record, with what was there before it, before it is made. */
export interface Changes {
  /** Writes a file; what was there goes to the trash. */
  write(path: string, content: string): Promise<void>;
  /**
   * Writes a text file anew from what it has: `change` gets its text, undefined where there is no file. What it throws, and what somebody
   * else writes meanwhile, leaves the file as it is.
   */
  edit(path: string, change: (text: string | undefined) => string): Promise<void>;
  /** Copies a file, onto a file too, or a folder with all in it to a place where nothing is. */
  copy(from: string, to: string): Promise<void>;
  /** Moves or renames a file or a folder, onto a file too. */
  move(from: string, to: string): Promise<void>;
  /** Makes a folder and those above it. */
  makeFolder(path: string): Promise<void>;
  /** Removes a file or a folder with all in it. */
  remove(path: string): Promise<void>;
  /**
   * Why a change of what stands there could not be undone, for the question before it; undefined where it can, and for nothing. What was not
   * asked about, and cannot be undone, is not changed.
   */
  lossOf(path: string): Promise<string | undefined>;
  /** Takes back the newest change of this workspace that is not undone; undefined when there is none. @throws CHANGED_SINCE */
  undo(): Promise<FileChange | undefined>;
  /** Makes the change again that was undone last; undefined when there is none. @throws CHANGED_SINCE */
  redo(): Promise<FileChange | undefined>;
}

/** How a workspace changes its folder. */
export interface ChangesOptions {
  readonly journal: Journal;
  /** Where the journal is: nothing of that is the assistant's to change. */
  readonly journalFolder: string;
  /** What this workspace may keep (see {@link lossOf}). */
  readonly maxBytes: number;
  /** The question that a change is made for. */
  readonly question?: () => string | undefined;
}

/** The changes of one workspace, within one allowance. */
export function createChanges(places: Places, { journal, journalFolder, maxBytes, question }: ChangesOptions): Changes {
  const allow = createAllowance();
  /** Changes of this workspace, the newest last. */
  const made: string[] = [];
  const undone: string[] = [];
  /** Places of which was told that what is there cannot be kept. */
  const told = new Set<string>();
  let bytesKept = 0;

  async function placeOf(path: string): Promise<string> {
    const absolute = await places.of(path);
    const isOwn = isIn(absolute, journalFolder) || (absolute !== places.root && isIn(journalFolder, absolute));
    if (isOwn) throw new ToolError(`"${path}" belongs to luci itself`);
    return absolute;
  }

  async function isTooMuch(absolute: string): Promise<boolean> {
    const room = maxBytes - bytesKept;
    return (await sizeOf(absolute, room)).bytes > room;
  }

  /** What stands at the place is kept; where it is too much, only who was told may lose it. */
  async function change(plan: Omit<ChangePlan, 'folder' | 'isKept' | 'question'>): Promise<void> {
    const isKept = !(await isTooMuch(plan.absolute));
    if (!isKept && !told.delete(plan.absolute)) throw new ToolError(`${tooMuchText(plan.path)}, and nobody was asked; nothing was done`);
    const path = nameIn(plan.path);
    const from = plan.from === undefined ? undefined : nameIn(plan.from);
    const transaction = await journal.change({ ...plan, path, from, folder: places.root, question: question?.(), isKept });
    bytesKept += keptBytes(transaction);
    made.push(transaction.id);
    undone.length = 0;
  }

  /** `content` is asked for right before it is written. */
  async function writeFile(path: string, content: (isThere: boolean) => Promise<string>): Promise<void> {
    const absolute = await placeOf(path);
    if (absolute === places.root) throw new ToolError('a file needs a name');
    const there = await lstat(absolute).catch(() => undefined);
    if (there?.isDirectory()) throw new ToolError(`"${path}" is a folder`);
    await places.requireFolder(absolute, path);
    const replaced = there?.isFile() ? there : undefined;
    const make = async (coming: string): Promise<void> => {
      const text = await content(there !== undefined);
      requireSize(text);
      allow(Buffer.byteLength(text));
      await writeNew(coming, text, replaced);
    };
    await change({ operation: 'write', path, absolute, make });
  }

  return {
    async write(path, content) {
      requireSize(content);
      await writeFile(path, async () => content);
    },
    // Read after the journal saw what is there: what is written in between is told apart from it.
    edit: (path, edited) => writeFile(path, async (isThere) => edited(isThere ? await readText(places, path) : undefined)),
    async copy(from, to) {
      const [source, absolute] = [await placeOf(from), await placeOf(to)];
      const isFolder = await requireCopyable(places, { from, to, source, absolute });
      const { bytes, entries } = await sizeOf(source);
      allow(bytes, entries);
      const make = (coming: string): Promise<void> => copyIn(source, coming, from);
      await change({ operation: isFolder ? 'make-folder' : 'write', path: to, absolute, make });
    },
    async move(from, to) {
      const [source, absolute] = [await placeOf(from), await placeOf(to)];
      await requireMovable(places, { from, to, source, absolute });
      await change({ operation: 'move', path: to, absolute, from, source });
    },
    async makeFolder(path) {
      const absolute = await placeOf(path);
      const existing = await lstat(absolute).catch(() => undefined);
      if (existing && !existing.isDirectory()) throw new ToolError(`"${path}" is a file`);
      if (existing) return;
      allow(0);
      // What is new is the first folder that is missing, with all in it.
      const names = namesOf(path);
      let count = 1;
      while (await exists(join(places.root, ...names.slice(0, count)))) count += 1;
      const [first, below] = [names.slice(0, count), names.slice(count)];
      const make = async (coming: string): Promise<void> => void (await mkdir(join(coming, ...below), { recursive: true }));
      await change({ operation: 'make-folder', path: first.join('/'), absolute: join(places.root, ...first), make });
    },
    async remove(path) {
      const absolute = await placeOf(path);
      if (absolute === places.root) throw new ToolError('the folder itself cannot be deleted');
      if (!(await lstat(absolute).catch(() => undefined))) throw new ToolError(`there is no "${path}"`);
      await places.requireInside(absolute, path);
      await change({ operation: 'delete', path, absolute });
    },
    async lossOf(path) {
      const absolute = await placeOf(path);
      if (!(await isTooMuch(absolute))) return undefined;
      told.add(absolute);
      return tooMuchText(path);
    },
    async undo() {
      const id = made.pop();
      if (id === undefined) return undefined;
      const [change] = await journal.bring([id], 'before').catch((error: unknown) => {
        made.push(id);
        throw error;
      });
      undone.push(id);
      return change;
    },
    async redo() {
      const id = undone.pop();
      if (id === undefined) return undefined;
      const [change] = await journal.bring([id], 'after').catch((error: unknown) => {
        undone.push(id);
        throw error;
      });
      made.push(id);
      return change;
    },
  };
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

function nameIn(path: string): string {
  return namesOf(path).join('/');
}

function tooMuchText(path: string): string {
  return `"${path}" is too large to be kept, so this cannot be undone`;
}

interface Move {
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly absolute: string;
}

function requireSize(content: string): void {
  if (Buffer.byteLength(content) > maxFileBytes) throw new ToolError(`more than ${maxFileBytes} bytes are not written`);
}

/** Returns whether it is a folder. */
async function requireCopyable(places: Places, { from, to, source, absolute }: Move): Promise<boolean> {
  if (source === places.root) throw new ToolError('the folder itself cannot be copied');
  if (absolute === places.root) throw new ToolError('a copy needs a name');
  if (isIn(absolute, source)) throw new ToolError(`"${from}" cannot be copied into itself`);
  const copied = await lstat(source).catch(() => undefined);
  if (!copied) throw new ToolError(`there is no "${from}"`);
  await places.requireInside(source, from);
  await places.requireFolder(absolute, to);
  const there = await lstat(absolute).catch(() => undefined);
  if (there?.isDirectory())
    throw new ToolError(`"${to}" is a folder that is already there; name the copy too, as in "${to}/${basename(source)}"`);
  if (there && copied.isDirectory()) throw new ToolError(`"${to}" is a file that is already there`);
  return copied.isDirectory();
}

async function requireMovable(places: Places, { from, to, source, absolute }: Move): Promise<void> {
  if (source === places.root || absolute === places.root) throw new ToolError('the folder itself cannot be moved');
  if (isIn(absolute, source)) throw new ToolError(`"${from}" cannot be moved into itself`);
  const moved = await lstat(source).catch(() => undefined);
  if (!moved) throw new ToolError(`there is no "${from}"`);
  await places.requireInside(source, from);
  await places.requireFolder(absolute, to);
  const there = await lstat(absolute).catch(() => undefined);
  const isSame = there !== undefined && there.ino === moved.ino && there.dev === moved.dev;
  // The same folder, or a file without a second name, is what is moved, in other letters of its name on a disk blind to case.
  if (isSame && moved.isFile() && moved.nlink > 1) throw new ToolError(`"${from}" and "${to}" are one file with two names`);
  if (there?.isDirectory() && !isSame) throw new ToolError(`"${to}" is a folder that is already there`);
}

/**
 * Writes a new file, to be renamed: a rename replaces a link that was put there meanwhile, and does not follow it. Nobody else may read what
 * replaces a secret, not even before its mode is set.
 */
async function writeNew(path: string, content: string, replaced: Stats | undefined): Promise<void> {
  const file = await open(path, 'wx', replaced === undefined ? 0o666 : 0o600);
  try {
    await file.writeFile(content);
    if (replaced !== undefined) await takeOver(file, replaced);
  } finally {
    await file.close();
  }
}

/** Owner, group and mode of the file that is replaced, as far as the system allows; no group gets what another one had. */
async function takeOver(file: FileHandle, { uid, gid, mode }: Stats): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) await giveAway(file, [uid, own.uid], gid);
  const isOfGroup = (await file.stat()).gid === gid;
  await file.chmod(mode & (isOfGroup ? 0o777 : 0o707));
}

/** Only the system's administrator gives files to others, and everybody to groups of their own: what is not allowed is no fault. */
async function giveAway(file: FileHandle, owners: readonly number[], gid: number): Promise<void> {
  for (const uid of owners) {
    const isDone = await file.chown(uid, gid).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPERM') throw error;
        return false;
      },
    );
    if (isDone) return;
  }
}
