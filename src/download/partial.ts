import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { within } from '../base/abort.ts';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { isLuciError } from '../base/errors.ts';
import type { Sha256 } from '../base/model.ts';
import { diskError } from '../base/system-error.ts';
import { createIntervals, type Intervals } from './intervals.ts';

/**
 * A file that is being fetched: its data and its journal, in `models/.partial/`. The journal never claims a byte that was not
 * synced to the disk first; a journal that is lost, cut or foreign is a clean start.
 */

/** A place in a file, or a size. */
const bytesSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** No download leaves more holes than this. */
const maxIntervals = 10_000;

const journalSchema = v.object({
  version: v.literal(1),
  file: v.string(),
  sizeBytes: v.optional(bytesSchema),
  sha256: v.optional(v.string()),
  etag: v.optional(v.string()),
  /** Intervals of bytes that are on the disk. */
  have: v.pipe(v.array(v.strictTuple([bytesSchema, bytesSchema])), v.maxLength(maxIntervals)),
  state: v.picklist(['active', 'cancelled']),
  updatedAt: v.string(),
});
type Journal = v.InferOutput<typeof journalSchema>;

/** An open partial file. */
export interface Partial {
  readonly dataPath: string;
  readonly handle: FileHandle;
  /** Bytes that are written; those an earlier run left to begin with. */
  readonly have: Intervals;
  readonly etag: string | undefined;
  /** Writes all of the pieces, one after the other from `position` on. */
  write(pieces: readonly Uint8Array[], position: number): Promise<void>;
  /** Syncs the data, then the journal, which names only what was written before the sync began. */
  save(etag?: string): Promise<void>;
  /** Empties the file. */
  clear(): Promise<void>;
  /** Marks the file as given up, so that a crash during the removal is finished by the next run; then removes it. */
  discard(): Promise<void>;
  /** Closes the file; its journal stays. */
  close(): Promise<void>;
}

/** What identifies a partial. */
export interface PartialIdentity {
  readonly folder: string;
  /** The digest, or a name made from the source where there is none. */
  readonly key: string;
  readonly file: string;
  readonly sizeBytes?: number;
  readonly sha256?: Sha256;
}

/** How long a removal waits for writes that are under way. */
const maxCloseMs = 300;

/** What is known of a partial's data beside its journal. */
export interface KnownData {
  /** Bytes that are taken to be right. */
  readonly seeded?: Intervals;
  /** The data stays although none of it is trusted. */
  readonly isDamaged?: boolean;
}

/** Bytes of the data. A link would lead the download into a file elsewhere, a pipe to nowhere: neither is ours, and it goes. */
async function ownSize(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return 0;
  if (found.isFile() && found.nlink === 1) return found.size;
  await rm(path).catch((error: unknown) => {
    throw diskError(error, path, 'write a download');
  });
  return 0;
}

/** Opens the partial of a file: new, left by an earlier run, or with data that is known otherwise. */
export async function openPartial(
  { folder, key, file, sizeBytes, sha256 }: PartialIdentity,
  { seeded, isDamaged = false }: KnownData = {},
): Promise<Partial> {
  const dataPath = join(folder, `${key}.part`);
  const journalPath = join(folder, `${key}.json`);
  const journal = await readJournal(journalPath);
  const onDisk = await ownSize(dataPath);
  const isUsable =
    journal?.state === 'active' &&
    // Without a digest the validator of the server's version is all that tells whether the rest belongs to what is here.
    (sha256 === undefined ? journal.etag !== undefined : journal.sha256 === sha256) &&
    (sizeBytes === undefined || (onDisk <= sizeBytes && (journal.sizeBytes ?? sizeBytes) === sizeBytes));
  const claimed = isUsable ? (journal?.have ?? []) : [];
  const have = seeded ?? createIntervals((isDamaged ? [] : claimed).map(([from, to]) => ({ from, to: Math.min(to, onDisk) })));
  const { O_RDWR, O_CREAT, O_TRUNC, O_NOFOLLOW = 0 } = constants;
  const flags = O_RDWR | O_NOFOLLOW | (have.bytes > 0 || isDamaged ? 0 : O_CREAT | O_TRUNC);
  const handle = await open(dataPath, flags, 0o600).catch((error: unknown) => {
    throw diskError(error, dataPath, 'write a download');
  });
  let [isGivenUp, isClosed] = [false, false];
  const writeJournal = (ranges: Journal['have'], state: Journal['state'], etag?: string): Promise<void> => {
    const journal: Journal = { version: 1, file, sizeBytes, sha256, etag, have: ranges, state, updatedAt: new Date().toISOString() };
    return writeFileAtomic(journalPath, JSON.stringify(journal), { mode: 0o600 });
  };
  return {
    dataPath,
    handle,
    have,
    etag: isUsable ? journal?.etag : undefined,
    async write(pieces, position) {
      try {
        have.add(position, position + (await writeAll(handle, pieces, position)));
      } catch (error) {
        throw diskError(error, dataPath, 'write a download');
      }
    },
    async save(etag) {
      try {
        const written = have.list().map(({ from, to }): [number, number] => [from, to]);
        // What was closed was synced before.
        if (!isClosed) await handle.datasync();
        if (!isGivenUp) await writeJournal(written, 'active', etag);
      } catch (error) {
        throw diskError(error, dataPath, 'write a download');
      }
    },
    async clear() {
      have.clear();
      await handle.truncate(0);
    },
    async discard() {
      isGivenUp = true;
      await writeJournal([], 'cancelled').catch(() => undefined); // A full disk must not keep us from making room.
      await within(
        maxCloseMs,
        handle.close().catch(() => undefined),
      );
      await rm(dataPath, { force: true });
      await forgetPartial(folder, key);
    },
    async close() {
      await handle.close().catch(() => undefined);
      isClosed = true;
    },
  };
}

/** A write may take fewer bytes than it was given: at the end of the disk, or at a limit. */
async function writeAll(handle: FileHandle, pieces: readonly Uint8Array[], position: number): Promise<number> {
  const totalBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const { bytesWritten } = await handle.writev(pieces, position);
  if (bytesWritten === totalBytes) return totalBytes;
  const whole = Buffer.concat(pieces);
  for (let written = bytesWritten; written < totalBytes; ) {
    written += (await handle.write(whole, written, totalBytes - written, position + written)).bytesWritten;
  }
  return totalBytes;
}

/** Removes the journal of a file that got its final name, and halves of journals that a crash left. */
export async function forgetPartial(folder: string, key: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const isOurs = name === `${key}.json` || (name.startsWith(`${key}.json.`) && name.endsWith('.tmp'));
    if (isOurs) await rm(join(folder, name), { force: true });
  }
}

async function readJournal(path: string): Promise<Journal | undefined> {
  try {
    return await readCheckedJson(journalSchema, path);
  } catch (error) {
    if (isLuciError(error, 'STATE_BROKEN')) return undefined;
    throw error;
  }
}

/** Bytes that an unfinished download has, as its journal says. */
export async function haveBytesOf(folder: string, key: string): Promise<number> {
  const have = (await readJournal(join(folder, `${key}.json`)).catch(() => undefined))?.have ?? [];
  return have.reduce((sum, [from, to]) => sum + to - from, 0);
}

/** Whether a partial was given up, and its removal cut short. */
export async function isGivenUp(folder: string, key: string): Promise<boolean> {
  return (await readJournal(join(folder, `${key}.json`)).catch(() => undefined))?.state === 'cancelled';
}

/** The name of the folder for what a partial needs on the way (wheels), by the path of its data. Its lock is the partial's own. */
export function workFolderOf(dataPath: string): string {
  return `${basename(dataPath, '.part')}.work`;
}

/** The key a file or folder of the partial folder belongs to: all names of one download have one, and one lock. */
export function keyOf(name: string): string {
  return name.replace(/\.(part|json(\.[^.]+\.tmp)?|lock(\.[^.]+)?|work)$/, '');
}

/** Begins the names of files that are whole and verified, but only parts of a model. */
export const wholePrefix = 'whole-';

/** A partial as listed. */
export interface PartialInfo {
  readonly key: string;
  readonly file: string;
  readonly haveBytes: number;
  readonly sizeBytes?: number;
  readonly updatedAt?: string;
}

/** All partials of a folder. */
export async function listPartials(folder: string): Promise<readonly PartialInfo[]> {
  const names = await readdir(folder).catch(() => []);
  const parts = names.filter((name) => name.endsWith('.part'));
  // Parts of a split model that wait, verified, for the others.
  const whole = names.filter((name) => name.startsWith(wholePrefix) && keyOf(name) === name);
  return Promise.all([
    ...whole.map(async (key) => {
      const { size = 0, mtime } = (await stat(join(folder, key)).catch(() => undefined)) ?? {};
      const file = key.slice(wholePrefix.length);
      return { key, file, haveBytes: size, sizeBytes: size, updatedAt: mtime ? mtime.toISOString() : undefined };
    }),
    ...parts.map(async (name) => {
      const key = name.slice(0, -'.part'.length);
      const journal = await readJournal(join(folder, `${key}.json`));
      const onDisk = (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
      const { sizeBytes, updatedAt } = journal ?? {};
      const have = createIntervals(journal?.have.map(([from, to]) => ({ from, to: Math.min(to, onDisk) })));
      return {
        key,
        file: journal?.file ?? 'unknown',
        // Between what was fetched there may be holes.
        haveBytes: journal ? have.bytes : onDisk,
        sizeBytes,
        updatedAt,
      };
    }),
  ]);
}
