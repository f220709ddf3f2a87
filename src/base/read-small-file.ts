import { readFileSync, type Stats, statSync } from 'node:fs';
import { LuciError } from './errors.ts';
import { shellWord } from './shell-word.ts';
import { specialKind } from './special-file.ts';
import { isNotFound } from './system-error.ts';

/**
 * The text of a small file of luci's own, or undefined when there is none. Read in one go: for a file of a few kB the way through the thread
 * pool costs more than the reading, and an exception for every file that is not there costs more again (npm run bench:start).
 * @throws STATE_BROKEN for a named pipe, a socket or a device; the system's own error, which callers wrap with `diskError`
 */
export function readSmallFile(path: string): string | undefined {
  return readOwn(path, (found) => readFileSync(found, 'utf8'));
}

/** {@link readSmallFile} for bytes. */
export function readSmallBytes(path: string): Buffer | undefined {
  return readOwn(path, (found) => readFileSync(found));
}

function readOwn<Content>(path: string, read: (path: string) => Content): Content | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found) return undefined;
    requireNoPipe(found, path);
    return read(path);
  } catch (error) {
    if (isNotFound(error)) return undefined; // Removed meanwhile, or its folder is a file.
    throw error;
  }
}

/** Whoever opens a named pipe waits for its other end, and no signal but SIGKILL ends that. Of a folder the system says it itself. */
function requireNoPipe(found: Stats, path: string): void {
  const kind = specialKind(found);
  if (kind === undefined || found.isDirectory()) return;
  throw new LuciError('STATE_BROKEN', `${path} is ${kind}, not a file.`, {
    hint: `Move it away: mv ${shellWord(path)} ${shellWord(`${path}.old`)}`,
  });
}
