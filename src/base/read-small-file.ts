import { readFileSync, statSync } from 'node:fs';
import { isNotFound } from './system-error.ts';

/**
 * The text of a small file, or undefined when there is none. Read in one go: for a file of a few kB the way through the thread pool
 * costs more than the reading, and an exception for every file that is not there costs more again (npm run bench:start).
 * Throws the system's own error; callers wrap it with `diskError`.
 */
export function readSmallFile(path: string): string | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8') : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined; // Removed meanwhile, or its folder is a file.
    throw error;
  }
}
