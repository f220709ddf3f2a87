import type { ErrorDetails } from '../base/error-details.ts';
import { LuciError } from '../base/errors.ts';

/** The one error for everything that is wrong with a GGUF file. */
export function ggufError(problem: string, details: ErrorDetails['GGUF_BROKEN'] = {}): LuciError<'GGUF_BROKEN'> {
  return new LuciError('GGUF_BROKEN', `This is not a usable GGUF model: ${problem}`, { details: { problem, ...details } });
}

/** Thrown when the bytes at hand end inside the header but the file goes on. */
export class MoreBytesNeeded extends Error {
  override readonly name = 'MoreBytesNeeded';
}
