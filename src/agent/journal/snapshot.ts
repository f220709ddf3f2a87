import { createHash, type Hash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, isNotFound } from '../../base/system-error.ts';

/** What stands at a place of the disk, so that it is known again: kinds, names, modes and contents, of a folder with all it holds. */

/** A file, a link, a folder or something else, as it was. */
export interface Snapshot {
  readonly kind: 'file' | 'folder' | 'link' | 'special';
  readonly bytes: number;
  /** Whether contents were read, or sizes and times stand for them: of much that stays on its disk. */
  readonly by: 'content' | 'times';
  readonly digest: string;
  /** Of a folder whose contents were read: a digest for each thing in it, by its path from there. */
  readonly parts?: Readonly<Record<string, string>>;
}

/** More than this is known again by sizes and times. */
const maxReadBytes = 256_000_000;
const maxReadEntries = 5000;

/** How large something is. */
export interface Size {
  readonly bytes: number;
  readonly entries: number;
}

/** The size of what stands at a place, with all below it; counting ends soon after `maxBytes`. Nothing has no size. */
export async function sizeOf(absolute: string, maxBytes = Number.POSITIVE_INFINITY): Promise<Size> {
  let bytes = 0;
  let entries = 0;
  for await (const { stats } of walk(absolute)) {
    bytes += stats.isFile() ? Number(stats.size) : 0;
    entries += 1;
    if (bytes > maxBytes) break;
  }
  return { bytes, entries };
}

/** What stands at a place now; null for nothing. `by` is how it is compared with an older one (default: by its size). */
export async function snapshotOf(absolute: string, by?: Snapshot['by']): Promise<Snapshot | null> {
  const { bytes, entries } = await sizeOf(absolute);
  if (entries === 0) return null;
  const way = by ?? (bytes > maxReadBytes || entries > maxReadEntries ? 'times' : 'content');
  const whole = createHash('sha256');
  const parts: Record<string, string> = {};
  let kind: Snapshot['kind'] = 'special';
  for await (const { path, stats } of walk(absolute)) {
    const line = await lineOf(join(absolute, path), stats, way);
    whole.update(`${path}\0${line}\0`);
    if (path === '') kind = kindOf(stats);
    else parts[path] = createHash('sha256').update(line).digest('hex').slice(0, 16);
  }
  const isListed = kind === 'folder' && way === 'content';
  return { kind, bytes, by: way, digest: whole.digest('hex'), parts: isListed ? parts : undefined };
}

/** Whether a place holds what it held then. */
export async function isAt(absolute: string, then: Snapshot | null): Promise<boolean> {
  const now = await snapshotOf(absolute, then?.by ?? 'times');
  return now?.digest === then?.digest;
}

/** The paths in a folder that differ between two snapshots, from the folder; one that is '' is the thing itself. */
export function differences(then: Snapshot | null, now: Snapshot | null): readonly string[] {
  if (then?.digest === now?.digest) return [];
  const [was, is] = [then?.parts, now?.parts];
  if (!was || !is) return [''];
  const changed = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((path) => was[path] !== is[path]).sort();
  return changed.length > 0 ? changed : [''];
}

interface Found {
  /** From where the walk began, with slashes; '' for the thing itself. */
  readonly path: string;
  readonly stats: BigIntStats;
}

/** A thing and all below it, in the order of names; links are not followed. */
async function* walk(absolute: string, path = ''): AsyncGenerator<Found> {
  const at = join(absolute, path);
  const stats = await lstat(at, { bigint: true }).catch(unlessMissing);
  if (!stats) return;
  yield { path, stats };
  if (!stats.isDirectory()) return;
  const names = await readdir(at).catch((error: unknown) => (errnoOf(error) === 'EACCES' ? [] : unlessMissing(error)));
  for (const name of (names ?? []).sort()) yield* walk(absolute, path === '' ? name : `${path}/${name}`);
}

function unlessMissing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

function kindOf(stats: BigIntStats): Snapshot['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'special';
}

/** What is said of one thing. */
async function lineOf(absolute: string, stats: BigIntStats, by: Snapshot['by']): Promise<string> {
  const kind = kindOf(stats);
  if (kind === 'link') return `link ${await readlink(absolute)}`;
  const start = `${kind} ${(stats.mode & 0o7777n).toString(8)}`;
  if (kind === 'folder') return start;
  if (kind === 'special') return `${start} ${stats.mode >> 12n} ${stats.rdev}`;
  const content = by === 'content' ? await contentOf(absolute) : undefined;
  return `${start} ${content ?? `${stats.size} ${stats.mtimeNs}`}`;
}

/** The digest of a file's bytes; undefined for one that may not be read. */
async function contentOf(absolute: string): Promise<string | undefined> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(absolute, flags).catch((error: unknown) => {
    if (errnoOf(error) !== 'EACCES' && errnoOf(error) !== 'EPERM') throw error;
  });
  if (!file) return undefined;
  try {
    const hash: Hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(64 * 1024);
    for (let read = await file.read(piece); read.bytesRead > 0; read = await file.read(piece))
      hash.update(piece.subarray(0, read.bytesRead));
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}
