import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';

/** The key of the server: made here, shown once, kept as a hash; or given from outside, and kept nowhere. A random key of 32 bytes needs no slow hash. */

const schema = v.object({ version: v.literal(1), sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)), madeAt: v.string() });

const fileOf = (stateFolder: string): string => join(stateFolder, 'server-key.json');

/** Makes a key in place of the one there was, which no longer opens anything. */
export async function makeServerKey(stateFolder: string): Promise<string> {
  const key = `luci-${randomBytes(32).toString('base64url')}`;
  const kept = { version: 1, sha256: hashOf(key).toString('hex'), madeAt: new Date().toISOString() };
  await writeFileAtomic(fileOf(stateFolder), `${JSON.stringify(kept)}\n`, { mode: 0o600 });
  return key;
}

/** Tells whether a key is the right one; undefined where none was made. @throws STATE_BROKEN */
export async function readServerKey(stateFolder: string): Promise<((key: string) => boolean) | undefined> {
  const kept = await readCheckedJson(schema, fileOf(stateFolder));
  if (!kept) return undefined;
  return matches(Buffer.from(kept.sha256, 'hex'));
}

/** Tells whether a key is this one. */
export function keyIs(key: string): (key: string) => boolean {
  return matches(hashOf(key));
}

/** In a time that does not tell how much of a key is right. */
function matches(expected: Buffer): (key: string) => boolean {
  return (key) => timingSafeEqual(hashOf(key), expected);
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
