import { plural } from '../../base/units.ts';
import { searchedTexts } from '../guidance/searched-texts.ts';
import { ToolError } from '../tool.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { matchesName } from './name-pattern.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** What is looked at and told at most. */
const maxFiles = 5000;
const maxBytes = 50_000_000;
const maxMatches = 50;
const maxLineLength = 160;

/** `search_files`: lines with a text, and names that have it or fit it as a pattern. */
export const searchFiles: BuiltInTool = {
  order: 11,
  name: 'search_files',
  kind: 'read',
  description: 'Find the files that mention a text',
  wantedBy:
    /\b(search\w*|find\w*|look(s|ing)? for|where|contain\w*|mention\w*|grep|locat(e|es|ed|ing)|occur\w*|which files?\b.{0,40}\b(has|have|say|says|with|about))\b/i,
  parameters: textArguments({ text: 'what to find, or names as *.txt' }),
  wantedCalls: async (words) => searchedTexts(words).map((text) => ({ text })),
  async run(args, { workspace }) {
    const text = textOf(args, 'text');
    if (text.trim() === '') throw new ToolError('there is no text to search for');
    return told(await search(workspace, text));
  },
};

interface Search {
  /** As in `notes.txt:1: Call Mara`, or the path alone where its name fits. */
  readonly matches: string[];
  files: number;
  bytes: number;
  /** Files that are no text, too large, or may not be read. */
  unread: number;
  /** Why the search ended before its end. */
  stop?: string;
}

async function search(workspace: Workspace, text: string): Promise<Search> {
  const found: Search = { matches: [], files: 0, bytes: 0, unread: 0 };
  const wanted = text.toLowerCase();
  for await (const entry of workspace.walk('.')) {
    if (matchesName(entry.path, text)) found.matches.push(entry.kind === 'folder' ? `${entry.path}/` : entry.path);
    if (entry.kind === 'file') await searchFile(workspace, entry.path, wanted, found);
    if (entry.kind === 'other') found.unread += 1;
    found.stop = reasonToStop(found);
    if (found.stop !== undefined) break;
  }
  return found;
}

async function searchFile(workspace: Workspace, path: string, wanted: string, found: Search): Promise<void> {
  found.files += 1;
  const content = await workspace.read(path).catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    found.unread += 1;
    return '';
  });
  found.bytes += content.length;
  if (!content.toLowerCase().includes(wanted)) return;
  for (const [index, line] of content.split('\n').entries()) {
    const at = line.toLowerCase().indexOf(wanted);
    if (at >= 0) found.matches.push(`${path}:${index + 1}: ${excerpt(line, at)}`);
    if (found.matches.length >= maxMatches) return;
  }
}

function reasonToStop({ matches, files, bytes }: Search): string | undefined {
  if (matches.length >= maxMatches) return `only the first ${maxMatches} matches are told`;
  if (files >= maxFiles) return `only the first ${maxFiles} files were searched`;
  return bytes >= maxBytes ? `only the first ${maxBytes} bytes were searched` : undefined;
}

/** A line as far as it is told, with the match in it. */
function excerpt(line: string, at: number): string {
  const start = at < maxLineLength / 2 ? 0 : at - 20;
  return `${start > 0 ? '…' : ''}${line.slice(start, start + maxLineLength).trim()}${start + maxLineLength < line.length ? '…' : ''}`;
}

function told({ matches, files, unread, stop }: Search): string {
  const facts = [
    matches.length === 0 ? 'nothing found' : plural(matches.length, 'match', 'matches'),
    `${plural(files, 'file')} searched`,
    ...(unread > 0 ? [`${unread} not read: no text, too large, or not allowed`] : []),
    ...(stop === undefined ? [] : [stop]),
  ];
  return [...matches, `(${facts.join('; ')})`].join('\n');
}
