import type { ChatMessage } from '../../engine/engine.ts';
import { questionEnds } from '../question-ends.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { minStemLength, namesSaid } from './named-things.ts';
import { likelyNames } from './wanted-change.ts';

/** What `it` and `that file` mean: the file that a conversation was about last. Names are followed, nothing is understood. */

/** What a turn of a conversation has of files. */
export interface TurnWithFiles {
  /** Those that went with a question. */
  readonly files?: readonly { readonly name: string }[];
  /** The calls of an answer, with their results. */
  readonly steps?: readonly ChatMessage[];
  readonly role?: string;
  readonly content?: string;
}

/** Paths that the last turn with a file had to do with, the newest first; some may be gone, or be folders. */
export function lastPaths(turns: readonly TurnWithFiles[]): readonly string[] {
  for (const { files = [], steps = [], ...turn } of turns.toReversed()) {
    const called = steps.flatMap((step) => (step.role === 'assistant' ? (step.toolCalls ?? []) : []));
    const paths = [...files.map(({ name }) => name), ...called.flatMap(({ arguments: args }) => pathsOf(args)), ...answeredPath(turn)];
    if (paths.length > 0) return paths.toReversed();
  }
  return [];
}

/** The one file that an answer names, as to `which file mentions Ines?`; of several none is the one. */
function answeredPath({ role, content = '' }: TurnWithFiles): readonly string[] {
  const names = role === 'assistant' ? likelyNames(content) : [];
  return names.length === 1 ? names : [];
}

/** The paths of a call in the order of time: where something is now comes last. */
function pathsOf({ path, from, to }: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof from === 'string' && typeof to === 'string') return [from, `${to}/${from.slice(from.lastIndexOf('/') + 1)}`, to];
  return typeof path === 'string' ? [path] : [];
}

/** One thing that was spoken of; `them` and `the other one` are others. */
const backwards =
  /(?<!\p{L})(?:its?|(?:that|this|the(?: same)?) (?:file|document|note|list|text|letter|one)|(?:die|diese|der|dieser) datei|ce fichier|le fichier|(?:ese|este|el) archivo|(?:quel|questo|il) file|het bestand|dat bestand)(?![\p{L}])/iu;

/** The file that words point at; undefined where they do not, or it is not there. */
export async function pointedAt(words: string, recent: readonly string[], workspace: Workspace): Promise<string | undefined> {
  const said = questionEnds(words);
  const names = namesSaid(said).map((name) => name.toLowerCase());
  const meant = backwards.test(said) ? recent : recent.filter((path) => names.includes(stemOf(path) ?? ''));
  for (const path of meant) if (await isFile(path, workspace)) return path;
  return undefined;
}

/** The name without folder and ending, where it is long enough to be said for the file: `party` of `events/party.txt`. */
function stemOf(path: string): string | undefined {
  const stem = path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.[a-z0-9]{1,5}$/i, '')
    .toLowerCase();
  return stem.length < minStemLength ? undefined : stem;
}

async function isFile(path: string, workspace: Workspace): Promise<boolean> {
  try {
    return (await workspace.exists(path)) && !(await workspace.isFolder(path));
  } catch {
    // Names as those outside of the folder are no files here.
    return false;
  }
}
