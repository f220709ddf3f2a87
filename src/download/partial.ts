import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { isLuciError } from '../base/errors.ts';
import type { Sha256 } from '../base/model.ts';
import { diskError } from '../base/system-error.ts';

/**
 * A file that is being fetched: its data and its journal, in `models/.partial/`. The journal never claims a byte that was not
 * synced to the disk first; a journal that is lost, cut or foreign is a clean start.
 */

const journalSchema = v.object({
  version: v.literal(1),
  file: v.string(),
  sizeBytes: v.optional(v.number()),
  sha256: v.optional(v.string()),
  etag: v.optional(v.string()),
  /** Intervals of bytes that are on the disk. */
  have: v.array(v.tuple([v.number(), v.number()])),
  state: v.picklist(['active', 'cancelled']),
  updatedAt: v.string(),
});
type Journal = v.InferOutput<typeof journalSchema>;

/** An open partial file. */
export interface Partial {
  readonly dataPath: string;
  readonly handle: FileHandle;
  /** Bytes from the start that an earlier run left. */
  readonly haveBytes: number;
  readonly etag: string | undefined;
  /** Writes all of the bytes at their place. */
  write(chunk: Uint8Array, position: number): Promise<void>;
  /** Syncs the data, then the journal. */
  save(haveBytes: number, etag?: string): Promise<void>;
  /** Marks the file as given up, so that a crash during the removal is finished by the next run; then removes it. */
  discard(): Promise<void>;
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

/** Opens the partial of a file, new or left by an earlier run. */
export async function openPartial({ folder, key, file, sizeBytes, sha256 }: PartialIdentity): Promise<Partial> {
  const dataPath = join(folder, `${key}.part`);
  const journalPath = join(folder, `${key}.json`);
  const journal = await readJournal(journalPath);
  const onDisk = (await stat(dataPath).catch(() => undefined))?.size ?? 0;
  const front = journal?.have.find(([from]) => from === 0)?.[1] ?? 0;
  const isUsable =
    journal?.state === 'active' &&
    (sha256 === undefined || journal.sha256 === sha256) &&
    (sizeBytes === undefined || (onDisk <= sizeBytes && (journal.sizeBytes ?? sizeBytes) === sizeBytes));
  const haveBytes = isUsable ? Math.min(front, onDisk) : 0;
  const handle = await open(dataPath, haveBytes > 0 ? 'r+' : 'w+', 0o600).catch((error: unknown) => {
    throw diskError(error, dataPath, 'write a download');
  });
  const write = (have: number, state: Journal['state'], etag?: string): Promise<void> =>
    writeFileAtomic(
      journalPath,
      JSON.stringify({
        version: 1,
        file,
        sizeBytes,
        sha256,
        etag,
        have: have > 0 ? [[0, have]] : [],
        state,
        updatedAt: new Date().toISOString(),
      }),
      { mode: 0o600 },
    );
  return {
    dataPath,
    handle,
    haveBytes,
    etag: isUsable ? journal?.etag : undefined,
    async write(chunk, position) {
      try {
        // A write may take fewer bytes than it was given: at the end of the disk, or at a limit.
        for (let written = 0; written < chunk.length; ) {
          written += (await handle.write(chunk, written, chunk.length - written, position + written)).bytesWritten;
        }
      } catch (error) {
        throw diskError(error, dataPath, 'write a download');
      }
    },
    async save(have, etag) {
      try {
        await handle.datasync();
        await write(have, 'active', etag);
      } catch (error) {
        throw diskError(error, dataPath, 'write a download');
      }
    },
    async discard() {
      await write(0, 'cancelled').catch(() => undefined); // A full disk must not keep us from making room.
      await handle.close().catch(() => undefined);
      await rm(dataPath, { force: true });
      await rm(journalPath, { force: true });
    },
    close: () => handle.close().catch(() => undefined),
  };
}

/** Removes the journal of a file that got its final name. */
export async function forgetPartial(folder: string, key: string): Promise<void> {
  await rm(join(folder, `${key}.json`), { force: true });
}

async function readJournal(path: string): Promise<Journal | undefined> {
  try {
    return await readCheckedJson(journalSchema, path);
  } catch (error) {
    if (isLuciError(error, 'STATE_BROKEN')) return undefined;
    throw error;
  }
}

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
  return Promise.all(
    parts.map(async (name) => {
      const key = name.slice(0, -'.part'.length);
      const journal = await readJournal(join(folder, `${key}.json`));
      const onDisk = (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
      const { sizeBytes, updatedAt } = journal ?? {};
      return {
        key,
        file: journal?.file ?? 'unknown',
        haveBytes: onDisk,
        ...(sizeBytes === undefined ? {} : { sizeBytes }),
        ...(updatedAt ? { updatedAt } : {}),
      };
    }),
  );
}
