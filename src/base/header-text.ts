import { LuciError } from './errors.ts';

/** Secrets that go into a header of HTTP. */

/**
 * The secret as it may stand in a header, without blanks around it.
 * @param variable where it comes from; the secret itself is never told
 * @throws CONFIG_INVALID for one with characters that no header takes
 */
export function headerSecret(secret: string, variable: string): string {
  const trimmed = secret.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  const what = trimmed === '' ? 'is empty' : 'holds characters that no key has: line ends, blanks, or letters outside ASCII';
  throw new LuciError('CONFIG_INVALID', `${variable} ${what}.`, { hint: `Set ${variable} again, or run the command without it.` });
}
