import type { Sha256 } from './model.ts';

/** A SHA-256 as it is written everywhere: 64 lower-case hexadecimal digits. */
export const sha256Pattern = /^[0-9a-f]{64}$/;

/** @returns The text if it is a SHA-256, else undefined. */
export function sha256In(text: unknown): Sha256 | undefined {
  return typeof text === 'string' && sha256Pattern.test(text) ? text : undefined;
}
