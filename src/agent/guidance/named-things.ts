import { dirname } from 'node:path/posix';
import { questionEnds } from '../question-ends.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Which files and folders of a workspace a person's words name. Names are compared, nothing is understood. */

/** Paths inside of a workspace. */
export interface NamedThings {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

/** So many words of a question are looked up at most. */
const maxWords = 60;
/** Shorter words name nothing without an ending. */
export const minStemLength = 4;

/**
 * The things that are there and are named: by their path, or a file of the main folder, or of one that is named, by its name without the ending
 * or by a number that no other has.
 */
export async function namedThings(words: string, { list }: Pick<Workspace, 'list'>): Promise<NamedThings> {
  const listed = new Map<string, Promise<readonly string[]>>();
  const namesIn = (folder: string): Promise<readonly string[]> => {
    const names = listed.get(folder) ?? list(folder).catch(() => []);
    listed.set(folder, names);
    return names;
  };
  const files = new Set<string>();
  const folders = new Set<string>();
  const said = namesSaid(words).slice(0, maxWords);
  for (const word of said) {
    const folder = dirname(word);
    const name = word.slice(word.lastIndexOf('/') + 1);
    const found = thingIn(await namesIn(folder), name, folder === '.');
    if (found === undefined) continue;
    const path = folder === '.' ? found : `${folder}/${found}`;
    if (path.endsWith('/')) folders.add(path.slice(0, -1));
    else files.add(path);
  }
  for (const folder of folders)
    for (const word of said) {
      const found = thingIn(await namesIn(folder), word, true);
      if (found !== undefined && !found.endsWith('/')) files.add(`${folder}/${found}`);
    }
  return { files: [...files], folders: [...folders] };
}

/** Words that may be names: what is quoted as a whole, and each word without the marks around it. */
export function namesSaid(said: string): readonly string[] {
  const words = questionEnds(said);
  const quoted = [...words.matchAll(/["“”„«`']([^"“”„«»`'\n]{2,100})["“”«»`']/g)].flatMap(([, text]) => text ?? []);
  const single = words.split(/[\s"“”„«»`'()<>,;!?]+/).map((word) => word.replace(/^[.:]+(?=[\p{L}\p{N}])|[.:/\\]+$/gu, ''));
  return [...new Set([...quoted, ...single].map((word) => word.replace(/^\.\//, '')))].filter((word) => word.length > 1);
}

/** The name as it stands in the folder, with a slash where it is one of a folder. Capital letters count only where both are there. */
function thingIn(names: readonly string[], name: string, knowsStems: boolean): string | undefined {
  const same = (other: string): boolean => bare(other).toLowerCase() === name.toLowerCase();
  const found = names.find((other) => bare(other) === name) ?? names.find(same);
  if (found !== undefined || !knowsStems) return found;
  if (/^\d{2,}$/.test(name)) return only(names.filter((other) => other.split(/\D+/).includes(name)));
  if (name.length < minStemLength) return undefined;
  return only(names.filter((other) => other.toLowerCase().replace(/\.[a-z0-9]{1,5}$/, '') === name.toLowerCase()));
}

function only(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}

function bare(name: string): string {
  return name.replace(/\/$/, '');
}
