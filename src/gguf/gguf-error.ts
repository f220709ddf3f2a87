import { LuciError } from '../base/errors.ts';

/** The one error for everything that is wrong with a GGUF file. */
export function ggufError(why: string, details: Readonly<Record<string, unknown>> = {}): LuciError {
  return new LuciError('GGUF_BROKEN', `This is not a usable GGUF model: ${why}`, { details });
}

/** Thrown when the bytes at hand end inside the header but the file goes on. */
export class MoreBytesNeeded extends Error {
  override readonly name = 'MoreBytesNeeded';
}
