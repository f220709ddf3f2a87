import { lstat, mkdir, open, rename } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { renameOver } from '../../base/atomic-file.ts';
import { uniqueMark } from '../../base/unique-mark.ts';
import { ToolError } from '../tool.ts';
import { createAllowance, maxFileBytes } from './limits.ts';
import type { Places } from './places.ts';
import type { Trash } from './trash.ts';

/** Changing a folder. What is overwritten or deleted goes to the trash first, and every change is noted there. */
export interface Changes {
  /** Writes a file; what was there goes to the trash. */
  write(path: string, content: string): Promise<void>;
  /** Moves or renames a file or a folder; something at the new place goes to the trash. */
  move(from: string, to: string): Promise<void>;
  /** Makes a folder and those above it. */
  makeFolder(path: string): Promise<void>;
  /** Moves a file or a folder to the trash. */
  remove(path: string): Promise<void>;
}

/** The changes of one workspace, within one allowance. */
export function createChanges(places: Places, trash: Trash): Changes {
  const allow = createAllowance();
  return {
    async write(path, content) {
      if (Buffer.byteLength(content) > maxFileBytes) throw new ToolError(`more than ${maxFileBytes} bytes are not written`);
      const absolute = await places.of(path);
      if (absolute === places.root) throw new ToolError('a file needs a name');
      const there = await lstat(absolute).catch(() => undefined);
      if (there?.isDirectory()) throw new ToolError(`"${path}" is a folder`);
      await places.requireFolder(absolute, path);
      allow(Buffer.byteLength(content));
      const temporary = await writeBeside(absolute, content, there?.isFile() ? there.mode & 0o777 : undefined);
      if (there) trash.note([await trash.take(absolute, path)]);
      await renameOver(temporary, absolute);
    },
    move: (from, to) => move(places, trash, from, to),
    async makeFolder(path) {
      const absolute = await places.of(path);
      const existing = await lstat(absolute).catch(() => undefined);
      if (existing && !existing.isDirectory()) throw new ToolError(`"${path}" is a file`);
      if (!existing) allow(0);
      await mkdir(absolute, { recursive: true });
    },
    async remove(path) {
      const absolute = await places.of(path);
      if (absolute === places.root) throw new ToolError('the folder itself cannot be deleted');
      if (!(await lstat(absolute).catch(() => undefined))) throw new ToolError(`there is no "${path}"`);
      await places.requireInside(absolute, path);
      trash.note([await trash.take(absolute, path)]);
    },
  };
}

async function move(places: Places, trash: Trash, from: string, to: string): Promise<void> {
  const [source, target] = [await places.of(from), await places.of(to)];
  if (source === places.root || target === places.root) throw new ToolError('the folder itself cannot be moved');
  if (target === source || target.startsWith(source + sep)) throw new ToolError(`"${from}" cannot be moved into itself`);
  if (!(await lstat(source).catch(() => undefined))) throw new ToolError(`there is no "${from}"`);
  await places.requireInside(source, from);
  await places.requireFolder(target, to);
  const there = await lstat(target).catch(() => undefined);
  if (there?.isDirectory()) throw new ToolError(`"${to}" is a folder that is already there`);
  const over = there ? [await trash.take(target, to)] : [];
  await rename(source, target);
  trash.note([...over, { kind: 'moved', from, to }]);
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
