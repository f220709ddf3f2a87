import { appendFile, chmod } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { isLuciError } from '../../base/errors.ts';
import { makeFolder } from '../../base/make-folder.ts';
import { readSmallFile } from '../../base/read-small-file.ts';
import { textFilter } from '../show/safe-text.ts';

/** Lines that were typed in chats, in a file that only this user reads. */
export interface LineHistory extends AsyncDisposable {
  /** The newest first. */
  readonly lines: readonly string[];
  /** Adds the newest. */
  add(line: string): void;
}

/** Lines that are kept; the file may hold twice as many until it is read again. */
export const maxLines = 500;
/** A longer line is text that was pasted, and nothing to come back to. */
const maxLineCharacters = 2000;

/** Reads the history. One that cannot be read or written is none: a chat needs no history. */
export async function openLineHistory(path: string): Promise<LineHistory> {
  const { text, isUsable } = textIn(path);
  const kept = text.split('\n').filter((line) => line !== '');
  let writing: Promise<unknown> = Promise.resolve();
  // Other chats add to it meanwhile: it is only made shorter when it has become long, and else only added to.
  if (kept.length > maxLines * 2)
    writing = writeFileAtomic(path, `${kept.slice(-maxLines).join('\n')}\n`, { mode: 0o600 }).catch(() => undefined);
  const lines = kept.slice(-maxLines).flatMap(textOf).reverse();
  let last = lines[0];
  async function append(line: string): Promise<void> {
    await makeFolder(dirname(path));
    await appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
    await chmod(path, 0o600);
  }
  return {
    lines,
    add(line) {
      if (!isUsable || line === last || line.length > maxLineCharacters) return;
      last = line;
      writing = writing.then(() => append(line)).catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      await writing;
    },
  };
}

/** Where something else than a file is in its place nothing is added to it either. */
function textIn(path: string): { readonly text: string; readonly isUsable: boolean } {
  try {
    return { text: readSmallFile(path) ?? '', isUsable: true };
  } catch (error) {
    return { text: '', isUsable: !isLuciError(error, 'STATE_BROKEN') };
  }
}

function textOf(line: string): string[] {
  try {
    const text: unknown = JSON.parse(line);
    return typeof text === 'string' ? [textFilter({ isLine: true })(text)] : [];
  } catch {
    return [];
  }
}
