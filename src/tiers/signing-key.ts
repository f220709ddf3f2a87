import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** Keys that certificates are signed with (Ed25519), and how they are named. */

/** A new key as PEM text; kept in a file only the user can read. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The public half as one line of text. */
export function publicText(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** The key of such a line. Throws where it is none. */
export function publicKeyOf(text: string): KeyObject {
  const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
  if (key.asymmetricKeyType !== 'ed25519') throw new TypeError('not a key of Ed25519');
  return key;
}

/** What a key is called among people: the SHA-256 of its public half, as `SHA256:` and 43 characters. */
export function fingerprintOf(publicKey: string): string {
  const bytes = publicKeyOf(publicKey).export({ type: 'spki', format: 'der' });
  return `SHA256:${createHash('sha256').update(bytes).digest('base64url')}`;
}
