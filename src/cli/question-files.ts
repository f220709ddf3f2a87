import { readFile, stat } from 'node:fs/promises';
import { isLuciError, LuciError } from '../base/errors.ts';
import { diskError, isNotFound } from '../base/system-error.ts';
import { formatBytes } from '../base/units.ts';

/** Text files that a question is about. Knows files and text, not models: whether they fit is found out by asking. */

/** No context holds more; such a file is not even read. */
const maxBytes = 16e6;

/** The files, each below its name, as what stands before the question. Throws NOT_FOUND, USAGE, TOO_LARGE, DISK_*. */
export async function readQuestionFiles(paths: readonly string[]): Promise<string> {
  const texts: string[] = [];
  for (const path of paths) texts.push(`File ${path}:\n\n${await readTextFile(path)}`);
  return texts.join('\n\n');
}

/** The text of one file of the user's; what is no text is refused by its name. Throws as {@link readQuestionFiles}. */
export async function readTextFile(path: string): Promise<string> {
  const bytes = await bytesOf(path);
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    const text = new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text.trim();
  } catch {
    // Bytes that are no text in this encoding.
  }
  throw new LuciError('USAGE', `${path} is no text file (${formatBytes(bytes.length)} of something else).`, {
    hint: 'Give a file in UTF-8; a document is turned into text first.',
  });
}

/** The bytes of one file of the user's. Throws as {@link readQuestionFiles}. */
export async function bytesOf(path: string): Promise<Buffer> {
  try {
    const facts = await stat(path);
    // A pipe or a device might never end.
    if (!facts.isFile())
      throw new LuciError('USAGE', `${path} is ${facts.isDirectory() ? 'a folder' : 'no regular file'}.`, {
        hint: facts.isDirectory() ? 'Name its files one by one: --file A --file B' : 'Pipe it in: … | luci ask "…"',
      });
    if (facts.size > maxBytes)
      throw new LuciError('TOO_LARGE', `${path} has ${formatBytes(facts.size)}; a question takes files of up to ${formatBytes(maxBytes)}.`);
    return await readFile(path);
  } catch (error) {
    if (isNotFound(error)) throw new LuciError('NOT_FOUND', `There is no file ${path}.`, { cause: error });
    throw diskError(error, path, 'read a file');
  }
}

/** A question that does not fit, said of the files that make it long. */
export function withFilesNamed(error: unknown, paths: readonly string[]): unknown {
  if (paths.length === 0 || !isLuciError(error, 'CONTEXT_OVERFLOW')) return error;
  const { message, hint, details } = error;
  return new LuciError(
    'CONTEXT_OVERFLOW',
    `${paths.join(', ')} with the question ${paths.length === 1 ? 'does' : 'do'} not fit: ${message}`,
    {
      hint,
      details,
      cause: error,
    },
  );
}
