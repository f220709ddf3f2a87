import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Token } from 'node-llama-cpp';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { readSmallBytes } from '../../base/read-small-file.ts';
import { errnoOf } from '../../base/system-error.ts';
import { uniqueMark } from '../../base/unique-mark.ts';

/**
 * States of long system prompts on the disk, so that a fresh engine process need not evaluate them again: 500 tokens take 1.5 s to
 * evaluate on a 135M model, and their 11 MB milliseconds to load. Native code trusts what it loads, so each file's name carries a code made with a key
 * only this user can read: what is garbled, or was not written here, is deleted unread.
 */
export interface SavedStates {
  /** A file with the state of exactly these tokens. */
  find(tokens: readonly Token[]): Promise<string | undefined>;
  /** Keeps the state `write` puts into a file. The caller need not wait for the whole of it: only `write` touches the context. */
  save(tokens: readonly Token[], write: (path: string) => Promise<void>): Promise<void>;
}

/** Shorter beginnings are evaluated anew. */
export const minSavedTokens = 256;
const keyBytes = 32;
const maxFiles = 16;
const maxBytes = 512e6;
/** What a process that ended left behind. */
const staleMs = 3_600_000;

/** The states of one model in a folder; `identity` is all they depend on beside the tokens. */
export function createSavedStates(folder: string, identity: readonly unknown[]): SavedStates {
  const model = digest(JSON.stringify(identity));
  let key: Promise<Buffer> | undefined;

  async function codeOf(path: string, name: string): Promise<string> {
    key ??= readKey(folder);
    const hmac = createHmac('sha256', await key).update(name);
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 22 })) hmac.update(chunk as Buffer);
    return hmac.digest('hex').slice(0, 32);
  }

  return {
    async find(tokens) {
      const name = nameOf(model, tokens);
      for (const file of await filesIn(folder)) {
        const [, code] = file.startsWith(`${name}-`) ? (/-([0-9a-f]{32})\.state$/.exec(file) ?? []) : [];
        if (code === undefined) continue;
        const path = join(folder, file);
        if ((await codeOf(path, name).catch(() => undefined)) === code) {
          const now = new Date();
          await utimes(path, now, now).catch(() => undefined);
          return path;
        }
        await rm(path, { force: true });
      }
      return undefined;
    },
    async save(tokens, write) {
      const name = nameOf(model, tokens);
      await makeFolder(folder, { mode: 0o700 });
      const path = join(folder, `${uniqueMark()}.part`);
      try {
        await write(path);
        await rename(path, join(folder, `${name}-${await codeOf(path, name)}.state`));
        await removeOldest(folder);
      } finally {
        await rm(path, { force: true });
      }
    },
  };
}

function nameOf(model: string, tokens: readonly Token[]): string {
  return `${model}-${tokens.length}-${digest(Uint32Array.from(tokens))}`;
}

function digest(data: string | Uint32Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 24);
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Keeps the folder within its bounds; what was used longest ago goes first. */
async function removeOldest(folder: string): Promise<void> {
  const files = (await filesIn(folder)).filter((name) => /\.(state|part)$/.test(name));
  const found = await Promise.all(
    files.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name)).catch(() => ({ size: 0, mtimeMs: 0 }));
      return { name, size, mtimeMs };
    }),
  );
  let [count, bytes] = [0, 0];
  for (const { name, size, mtimeMs } of found.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    const isState = name.endsWith('.state');
    if (isState) [count, bytes] = [count + 1, bytes + size];
    const isTooMuch = isState ? count > maxFiles || bytes > maxBytes : Date.now() - mtimeMs > staleMs;
    if (isTooMuch) await rm(join(folder, name), { force: true });
  }
}

function keyAt(path: string): Buffer | undefined {
  try {
    return readSmallBytes(path);
  } catch {
    return undefined;
  }
}

/** The key, made at the first need, and anew when it is damaged. */
async function readKey(folder: string): Promise<Buffer> {
  const path = join(folder, 'key');
  const found = keyAt(path);
  if (found?.length === keyBytes) return found;
  const key = randomBytes(keyBytes);
  await writeFileAtomic(path, key, { mode: 0o600 });
  return key;
}
