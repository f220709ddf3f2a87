import { posix } from 'node:path';
import { ToolError } from '../tool.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { runsByItself } from './runs-by-itself.ts';
import { type ToolContext, textOf } from './tool-context.ts';

/** What tools that move, copy and delete ask of places. */

type Places = Pick<Workspace, 'exists' | 'list'>;

/** So many folders are looked through for names like one that is not there. */
const maxFolders = 20;

/** Refuses what is not there, before the person is asked about it; names like it are told. */
export async function requireThere(path: string, workspace: Places): Promise<void> {
  if (await workspace.exists(path)) return;
  const like = await namesLike(path, workspace);
  throw new ToolError(`there is no "${path}"${like.length === 0 ? '' : `; there is ${like.map((name) => `"${name}"`).join(', ')}`}`);
}

/** Files whose names share a word with a path, in the main folder and those in it; three at most. */
async function namesLike(path: string, { list }: Places): Promise<readonly string[]> {
  const wanted = wordsOf(posix.basename(path));
  const isLike = (name: string): boolean => wordsOf(posix.basename(name)).some((word) => wanted.includes(word));
  const top = await list('.');
  const like = top.filter((name) => !name.endsWith('/') && isLike(name));
  for (const folder of top.filter((name) => name.endsWith('/')).slice(0, maxFolders)) {
    const names = await list(folder.slice(0, -1)).catch(() => []);
    like.push(...names.map((name) => `${folder}${name}`).filter(isLike));
  }
  return like.slice(0, 3);
}

/** Words of a name without its ending; digits count as words. */
function wordsOf(name: string): readonly string[] {
  return (
    name
      .toLowerCase()
      .replace(/\.[a-z0-9]{1,5}$/, '')
      .match(/\p{L}+|\d+/gu) ?? []
  ).filter((word) => word.length > 2);
}

/** Where something goes, from the arguments `from` and `to`: into a folder, there or to be made, under its own name. */
export async function goalOf(args: Readonly<Record<string, unknown>>, { workspace }: ToolContext): Promise<string> {
  const [from, to] = [textOf(args, 'from'), textOf(args, 'to')];
  if (to === from) return to;
  if (to === '.' || (await workspace.isFolder(to))) return posix.join(to, posix.basename(from));
  if (await workspace.exists(to)) return to;
  if (mainFolderNames.test(to)) return posix.basename(from);
  return meansFolder(from, to) ? posix.join(to, posix.basename(from)) : to;
}

/** The folder that has to be made for what goes to `goal`; undefined where it is there. */
export async function missingFolderOf(goal: string, workspace: Pick<Workspace, 'exists'>): Promise<string | undefined> {
  const folder = posix.dirname(goal);
  return folder === '.' || (await workspace.exists(folder)) ? undefined : folder;
}

/** Words that models have for the folder that they work in, where it has none of that name. */
const mainFolderNames = /^(?:\.\/)?(?:the )?(?:main|root|top)(?: folder)?\/?$/i;

/** Names as README, .profile and Makefile are those of files. */
function meansFolder(from: string, to: string): boolean {
  if (to.endsWith('/')) return true;
  const name = posix.basename(to);
  return posix.extname(from) !== '' && posix.extname(to) === '' && !to.startsWith('./') && /^[\p{Ll}\d]/u.test(name) && !runsByItself(to);
}
