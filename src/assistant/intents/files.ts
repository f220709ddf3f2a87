import { open, readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isNotFound } from '../../base/system-error.ts';
import { formatBytes } from '../../base/units.ts';
import { type Intent, type IntentReply, said } from '../intent.ts';

/** What is in a folder or a file that the person names: only looked at. */

/** A longer file is not for a screen. */
const maxBytes = 1_000_000;

/** A word that can only be a path, so that one who means it is told where there is none. */
function looksLikePath(path: string): boolean {
  return /[\\/]/.test(path) || /^\.{1,2}$/.test(path) || /^[^\s]+\.[a-z0-9]{1,8}$/i.test(path);
}

export const fileIntents: readonly Intent[] = [
  {
    name: 'files.list',
    example: 'list .',
    patterns: ['(?:list|ls|dir)(?: (?<path>"[^"]+"|\\S+))?'],
    isTyped: true,
    reply: ({ path = '.' }) => listFolder(unquoted(path)),
  },
  {
    name: 'files.list-here',
    example: 'which files are here?',
    patterns: [
      '(?:what|which) files are (?:here|there|in (?:this|the current|my current) (?:folder|directory))',
      '(?:list|show|show me) (?:the |all )?files(?: here| in (?:this|the current) (?:folder|directory))?',
      'list (?:this|the current) (?:folder|directory)',
    ],
    reply: () => listFolder('.'),
  },
  {
    name: 'files.read',
    example: 'read notes.txt',
    patterns: ['(?:read|cat) (?<path>"[^"]+"|\\S+)'],
    isTyped: true,
    reply: ({ path = '' }) => readText(unquoted(path)),
  },
];

function unquoted(path: string): string {
  return path.replace(/^"(.+)"$/, '$1');
}

async function listFolder(path: string): Promise<IntentReply> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    return said(names.length === 0 ? '(empty)' : names.map(oneLine).join('\n'), { path: resolve(path), names });
  } catch (error) {
    // Perhaps it was meant for the model.
    if (!looksLikePath(path)) return undefined;
    return said(isNotFound(error) ? `There is no folder ${path} in ${process.cwd()}.` : `${path} is no folder that can be listed.`, {
      path,
      names: null,
    });
  }
}

/** A name that holds a line end must not look like two. */
function oneLine(name: string): string {
  return name.replace(/[\r\n\u0085\u2028\u2029]/g, '\ufffd');
}

async function readText(path: string): Promise<IntentReply> {
  const why = await readable(path);
  // `read tolstoy` and `show me` are for the model.
  if (why === undefined && !looksLikePath(path)) return undefined;
  if (typeof why !== 'object') return said(why ?? `There is no file ${path} in ${process.cwd()}.`, { path, text: null });
  return said(why.text === '' ? '(empty)' : why.text.replace(/\r?\n$/, ''), { path: resolve(path), text: why.text });
}

/** The text of a file, or why it is not shown; undefined where there is no file. */
async function readable(path: string): Promise<{ readonly text: string } | string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  if (found.isDirectory()) return `${path} is a folder: list ${path}`;
  if (!found.isFile()) return `${path} is no plain file.`;
  if (found.size > maxBytes) return `${path} has ${formatBytes(found.size)}; files of up to ${formatBytes(maxBytes)} are shown.`;
  const bytes = await bytesOf(path);
  if (!bytes) return `${path} may not be read.`;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? `${path} is no text.` : { text };
  } catch {
    return `${path} is no text in UTF-8 (${formatBytes(bytes.length)} of something else).`;
  }
}

async function bytesOf(path: string): Promise<Buffer | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    return await file?.readFile();
  } finally {
    await file?.close();
  }
}
