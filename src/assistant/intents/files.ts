import { open, readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expandHome } from '../../app/expand-home.ts';
import { isNotFound } from '../../base/system-error.ts';
import { formatBytes } from '../../base/units.ts';
import { type ExactContext, type Intent, type IntentReply, said } from '../intent.ts';

/** What is in a folder or a file that the person names: only looked at. */

/** A longer file is not for a screen. */
const maxBytes = 1_000_000;

/** A word that can only be a path, so that one who means it is told where there is none; `pros/cons` and `.net` are words. */
async function looksLikePath(path: string): Promise<boolean> {
  if (/^(?:\.{1,2}(?:[\\/]|$)|[\\/~]|[a-z]:[\\/])|[\\/]$/i.test(path)) return true;
  const [first = '', ...more] = path.split(/[\\/]/);
  return more.length > 0 && (await stat(first).catch(() => undefined))?.isDirectory() === true;
}

/** `notes.txt`; never `3.5`. */
function looksLikeFile(path: string): boolean {
  return /^\S+\.[a-z][a-z0-9]{0,7}$/i.test(path);
}

export const fileIntents: readonly Intent[] = [
  {
    name: 'files.list',
    example: 'list .',
    patterns: ['(?:list|ls|dir)(?: (?<path>"[^"]+"|\\S+))?'],
    isTyped: true,
    reply: ({ path = '.' }, { luci }) => listFolder(meant(path, luci)),
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
    reply: ({ path = '' }, { luci }) => readText(meant(path, luci)),
  },
];

/** The path without quotes, `~` as the user's own folder. */
function meant(path: string, { settings }: ExactContext['luci']): string {
  const plain = path.replace(/^"(.+)"$/, '$1');
  return plain === '~' || /^~[\\/]/.test(plain) ? expandHome(plain.replace(/^~$/, '~/'), settings.system.userFolder) : plain;
}

async function listFolder(path: string): Promise<IntentReply> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    return said(names.length === 0 ? '(empty)' : names.map(oneLine).join('\n'), { path: resolve(path), names });
  } catch (error) {
    // Perhaps it was meant for the model.
    if (!(await looksLikePath(path))) return undefined;
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
  if (why === undefined && !looksLikeFile(path) && !(await looksLikePath(path))) return undefined;
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
