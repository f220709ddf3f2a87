import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { readCheckedJson } from '../../base/checked-json.ts';
import { LuciError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { readSmallFile } from '../../base/read-small-file.ts';
import { diskError } from '../../base/system-error.ts';
import type { JsonObject } from './apps.ts';

/** Settings of other programs that luci writes, and takes back word for word. */

/** Whose, where, and where luci keeps what was there before. */
export interface SettingsFile {
  readonly app: string;
  readonly path: string;
  readonly stateFolder: string;
}

const schema = v.object({ version: v.literal(1), path: v.string(), before: v.nullable(v.string()), written: v.string() });

const backupOf = ({ app, stateFolder }: SettingsFile): string => join(stateFolder, 'launch', `${app}.json`);

/** Puts values into a file of JSON and leaves all others in it as they are. @throws USAGE where the file is none that can be changed */
export async function writeSettings(file: SettingsFile, settings: JsonObject): Promise<void> {
  const found = readSmallFile(file.path);
  const written = `${JSON.stringify(merged(objectIn(found, file.path), settings), undefined, 2)}\n`;
  const kept = await readCheckedJson(schema, backupOf(file));
  // Written twice, the backup is still what was there before luci came, unless somebody else wrote meanwhile.
  const before = kept && kept.path === file.path && kept.written === found ? kept.before : (found ?? null);
  await makeFolderOf(backupOf(file));
  await writeFileAtomic(backupOf(file), `${JSON.stringify({ version: 1, path: file.path, before, written })}\n`, { mode: 0o600 });
  await makeFolderOf(file.path);
  await writeFileAtomic(file.path, written);
}

/** Takes it back. @throws USAGE where luci wrote nothing, or somebody else wrote since */
export async function restoreSettings(file: SettingsFile): Promise<void> {
  const kept = await readCheckedJson(schema, backupOf(file));
  if (!kept)
    throw new LuciError('USAGE', `luci has written no settings of ${file.app}: nothing to restore.`, { hint: `luci launch ${file.app}` });
  if (readSmallFile(kept.path) !== kept.written)
    throw new LuciError('USAGE', `${kept.path} was changed since luci wrote it, so it is left as it is.`, {
      hint: `What was there before is "before" in ${backupOf(file)}`,
    });
  if (kept.before === null) await rm(kept.path, { force: true });
  else await writeFileAtomic(kept.path, kept.before);
  await rm(backupOf(file), { force: true });
}

function objectIn(text: string | undefined, path: string): JsonObject {
  if (text === undefined || text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below: comments, or broken.
  }
  throw new LuciError('USAGE', `${path} is no plain JSON object, so luci does not change it.`, {
    hint: 'Without --write the lines are shown.',
  });
}

function merged(into: JsonObject, from: JsonObject): JsonObject {
  const pairs = Object.entries(from).map(([key, value]) => {
    const old = Object.hasOwn(into, key) ? into[key] : undefined;
    return [key, isObject(old) && isObject(value) ? merged(old, value) : value] as const;
  });
  return { ...into, ...Object.fromEntries(pairs) };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function makeFolderOf(path: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
  } catch (error) {
    throw diskError(error, path, 'make a folder');
  }
}
