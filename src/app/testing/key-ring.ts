import { createPrivateKey, createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { readCheckedJson } from '../../base/checked-json.ts';
import { LuciError } from '../../base/errors.ts';
import { lock } from '../../base/lock.ts';
import { readSmallFile } from '../../base/read-small-file.ts';
import { shellWord } from '../../base/shell-word.ts';
import { diskError } from '../../base/system-error.ts';
import { fingerprintOf, newSigningKey, publicText } from '../../tiers/signing-key.ts';

/** The key this machine signs with, and the keys of others that its user trusts: two files of the `keys` folder. */

/** A key that can be shown to others. */
export interface PublicKey {
  readonly fingerprint: string;
  /** As a PEM block, which `luci test trust` reads. */
  readonly pem: string;
}

/** Whose key a certificate was signed with. */
export type KeyOwner = 'this machine' | 'trusted' | 'unknown';

const trustedSchema = v.object({ version: v.literal(1), keys: v.array(v.string()) });

/** The machine's own key as PEM text, made on first use. A key that is there and cannot be used is never replaced. */
export async function signingKey(keysFolder: string): Promise<string> {
  const path = keyPath(keysFolder);
  const there = storedKey(path);
  if (there !== undefined) return there;
  await using _lock = await lockKeys(keysFolder);
  const meanwhile = storedKey(path);
  if (meanwhile !== undefined) return meanwhile;
  const key = newSigningKey();
  await writeFileAtomic(path, key, { mode: 0o600 }).catch((error: unknown) => {
    throw diskError(error, path, 'write the key of certificates');
  });
  return key;
}

/** The public half of the machine's own key. */
export async function ownPublicKey(keysFolder: string): Promise<PublicKey> {
  const key = createPublicKey(await signingKey(keysFolder));
  return { fingerprint: fingerprintOf(publicText(key)), pem: key.export({ type: 'spki', format: 'pem' }).toString() };
}

/** Whose key this is. Makes no key, and needs only the public half of what is there. */
export async function ownerOf(keysFolder: string, publicKey: string): Promise<KeyOwner> {
  const wanted = fingerprintOf(publicKey);
  const own = storedKey(keyPath(keysFolder));
  if (own !== undefined && fingerprintOf(publicText(createPublicKey(own))) === wanted) return 'this machine';
  return (await trustedKeys(keysFolder)).some((key) => fingerprintOf(key) === wanted) ? 'trusted' : 'unknown';
}

/** Trusts the key from now on. */
export async function trustKey(keysFolder: string, publicKey: string): Promise<void> {
  await using _lock = await lockKeys(keysFolder);
  const keys = await trustedKeys(keysFolder);
  if (keys.some((key) => fingerprintOf(key) === fingerprintOf(publicKey))) return;
  const path = trustedPath(keysFolder);
  const text = `${JSON.stringify({ version: 1, keys: [...keys, publicKey] }, null, 1)}\n`;
  await writeFileAtomic(path, text, { mode: 0o600 }).catch((error: unknown) => {
    throw diskError(error, path, 'write the keys you trust');
  });
}

/** The key of the PEM block in a text, or undefined where there is none. A private key is none: nobody should pass one on. */
export function publicKeyInPem(text: string): string | undefined {
  const block = /-----BEGIN PUBLIC KEY-----[\sA-Za-z0-9+/=]+-----END PUBLIC KEY-----/.exec(text)?.[0];
  if (block === undefined) return undefined;
  try {
    const publicKey = publicText(createPublicKey(block));
    fingerprintOf(publicKey); // Throws for a key of another kind.
    return publicKey;
  } catch {
    return undefined;
  }
}

async function trustedKeys(keysFolder: string): Promise<readonly string[]> {
  const path = trustedPath(keysFolder);
  const { keys } = (await readCheckedJson(trustedSchema, path)) ?? { keys: [] };
  try {
    for (const key of keys) fingerprintOf(key);
  } catch (cause) {
    throw new LuciError('STATE_BROKEN', `${path} holds something that is no key.`, { hint: `Look at it: ${shellWord(path)}`, cause });
  }
  return keys;
}

function storedKey(path: string): string | undefined {
  let text: string | undefined;
  try {
    text = readSmallFile(path);
  } catch (error) {
    throw diskError(error, path, 'read the key of certificates');
  }
  if (text === undefined) return undefined;
  try {
    if (createPrivateKey(text).asymmetricKeyType === 'ed25519') return text;
  } catch {
    // Told below.
  }
  throw new LuciError('STATE_BROKEN', `The key that certificates are signed with is damaged: ${path}`, {
    hint: `Put it back from a backup. Or move it away, and "luci test key" makes a new one, which others do not know yet.`,
    details: { path },
  });
}

async function lockKeys(keysFolder: string) {
  return lock(join(keysFolder, 'keys.lock')).catch((error: unknown) => {
    throw diskError(error, keysFolder, 'write a key');
  });
}

function keyPath(keysFolder: string): string {
  return join(keysFolder, 'certificates.pem');
}

function trustedPath(keysFolder: string): string {
  return join(keysFolder, 'trusted.json');
}
