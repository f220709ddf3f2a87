import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

/** Keys that certificates and receipts are signed with (Ed25519), how they are named, and what a signature is of. */

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

/** Facts with the public half of the key and the signature of all of it. */
export function signed<Facts extends object>(facts: Facts, keyPem: string): Facts & { publicKey: string; signature: string } {
  const key = createPrivateKey(keyPem);
  const told = { ...facts, publicKey: publicText(createPublicKey(key)) };
  return { ...told, signature: sign(null, signedBytes(told), key).toString('base64') };
}

/** Whether the facts are what was signed with the key that they name. */
export function isSigned({ signature, ...facts }: { readonly publicKey: string; readonly signature: string }): boolean {
  try {
    return verify(null, signedBytes(facts), publicKeyOf(facts.publicKey), Buffer.from(signature, 'base64'));
  } catch {
    return false; // The key itself is no key.
  }
}

/** The facts as bytes: keys in order, so that every reader gets the same. */
export function signedBytes(facts: object): Buffer {
  return Buffer.from(
    JSON.stringify(facts, (_key, value: unknown) =>
      isPlain(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
    ),
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
