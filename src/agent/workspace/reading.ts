import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink } from 'node:fs/promises';
import { sep } from 'node:path';
import { specialKind } from '../../base/special-file.ts';
import { errnoOf } from '../../base/system-error.ts';
import { ToolError } from '../tool.ts';
import { binaryKind } from './file-kind.ts';
import { maxFileBytes } from './limits.ts';
import type { Places } from './places.ts';

/** What is there: names of a folder, and text of a file. */

/** Names of a folder, folders with a slash at their end, sorted. */
export async function listFolder(places: Places, path: string): Promise<readonly string[]> {
  const absolute = await places.of(path);
  await places.requireFolder(absolute, path);
  const entries = await readdir(absolute, { withFileTypes: true }).catch((error: unknown) => {
    throw said(error, path, 'folder');
  });
  return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
}

/** The text of a plain file. */
export async function readText(places: Places, path: string): Promise<string> {
  return withFile(places, path, async (file, { size }) => {
    if (size > maxFileBytes) throw new ToolError(`"${path}" has ${size} bytes; at most ${maxFileBytes} are read`);
    return textOf(await file.readFile(), path);
  });
}

/** A part of a text file, of any size. */
export interface TextPart {
  readonly text: string;
  /** Whether the file ends, or begins, with it. */
  readonly isWhole: boolean;
}

/** The first or the last megabyte of a plain file, cut at whole lines where that is not all of it. */
export async function readEnd(places: Places, path: string, end: 'first' | 'last'): Promise<TextPart> {
  return withFile(places, path, async (file, { size }) => {
    const isWhole = size <= maxFileBytes;
    const bytes = Buffer.alloc(Math.min(size, maxFileBytes));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, end === 'first' ? 0 : size - bytes.length);
    const read = bytes.subarray(0, bytesRead);
    const whole = isWhole ? read : end === 'first' ? read.subarray(0, read.lastIndexOf(10) + 1) : read.subarray(read.indexOf(10) + 1);
    if (whole.length === 0 && read.length > 0) throw new ToolError(`"${path}" has lines of more than ${maxFileBytes} bytes`);
    return { text: textOf(whole, path), isWhole };
  });
}

/** Opens a plain file below the folder for reading. */
async function withFile<T>(places: Places, path: string, read: (file: FileHandle, found: Stats) => Promise<T>): Promise<T> {
  const absolute = await places.of(path);
  await places.requireFolder(absolute, path);
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
    await requireOpenedInside(file, absolute, path);
    const found = await file.stat();
    requirePlain(found, path);
    return await read(file, found);
  } finally {
    await file.close();
  }
}

/**
 * Linux tells where an opened file lies: a folder on the way that another program swapped for a link between the look and the opening shows
 * here. A disk that takes names in any letters tells them as they are written there.
 */
async function requireOpenedInside({ fd }: FileHandle, absolute: string, path: string): Promise<void> {
  const real = await readlink(`/proc/self/fd/${fd}`).catch(() => undefined);
  const plain = (place: string): string => place.normalize('NFC').toLowerCase();
  if (real?.startsWith(sep) && !real.startsWith('/(unreachable)') && plain(real) !== plain(absolute))
    throw new ToolError(`"${path}" leads out of the folder`, { outside: true });
}

function textOf(bytes: Buffer, path: string): string {
  const kind = binaryKind(bytes);
  if (kind !== undefined) throw new ToolError(`"${path}" is no text but ${kind} of ${bytes.length} bytes`);
  return bytes.toString('utf8');
}

/** Refuses what is no plain file, and says what it is. */
function requirePlain(found: Stats, path: string): void {
  const kind = specialKind(found);
  if (kind !== undefined) throw new ToolError(`"${path}" is ${kind}, not a file`);
}

/** An error of the system in words for a model. */
export function said(error: unknown, path: string, what: string): ToolError {
  const words: Record<string, string> = {
    ENOENT: `there is no ${what} "${path}"`,
    ENOTDIR: `"${path}" is no folder${what === 'folder' ? ': read_file reads a file' : ''}`,
    EISDIR: `"${path}" is a folder`,
    ELOOP: `"${path}" is a link, which is not followed`,
    EACCES: `"${path}" may not be read`,
  };
  const facts = errnoOf(error) === 'ELOOP' ? ({ outside: true } as const) : {};
  return new ToolError(words[errnoOf(error) ?? ''] ?? `"${path}" cannot be used`, facts);
}
