import { formatBytes } from '../../base/units.ts';
import type { FoundEntry } from '../workspace/walk.ts';
import { countsOf } from './folder-counts.ts';
import { matchesName } from './name-pattern.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** What is told, and looked at, at most. */
const maxListed = 100;
const maxSeen = 50_000;

/** `list_all`: files of a folder and of those below it, with sizes and dates, counted, so that a small model need not compare. */
export const listAll: BuiltInTool = {
  order: 12,
  name: 'list_all',
  kind: 'read',
  description: 'Sizes and dates of all files, the largest and newest',
  wantedBy:
    /\b(size\w*|larg\w+|big\w*|small\w*|newest|oldest|latest|recent\w*|dates?|modified|last changed|how many|count\w*|all (the |my |of the )?files|subfolders?|recursive\w*|tree|bytes|[kmg]b|space)\b/i,
  parameters: textArguments({ names: '"*" for all, or as *.jpg or photos/*' }),
  async run(args, { workspace }) {
    const pattern = textOf(args, 'names') || '*';
    const files: FoundEntry[] = [];
    let [folders, seen] = [0, 0];
    for await (const entry of workspace.walk('.')) {
      seen += 1;
      if (seen > maxSeen) break;
      if (!matchesName(entry.path, pattern)) continue;
      if (entry.kind === 'folder') folders += 1;
      else files.push(entry);
    }
    return told(files, { folders, isCut: seen > maxSeen });
  },
};

function told(files: readonly FoundEntry[], { folders, isCut }: { readonly folders: number; readonly isCut: boolean }): string {
  const [first] = files;
  const lines = files.slice(0, maxListed).map(({ path, bytes, changed }) => `${path}  ${formatBytes(bytes)}  ${dateOf(changed)}`);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const facts = [
    countsOf(
      files.map(({ path }) => path),
      folders,
    ),
    ...(first ? [`together ${formatBytes(bytes)}`, ...extremes(files, first)] : []),
    ...(files.length > maxListed ? [`${files.length - maxListed} of them not listed here`] : []),
    ...(isCut ? [`only the first ${maxSeen} were looked at`] : []),
  ];
  return [...lines, `(${facts.join('; ')})`].join('\n');
}

/** Where there are several: which is the largest, the newest and the oldest. */
function extremes(files: readonly FoundEntry[], first: FoundEntry): readonly string[] {
  if (files.length === 1) return [];
  const best = (isBetter: (one: FoundEntry, other: FoundEntry) => boolean): string =>
    files.reduce((known, file) => (isBetter(file, known) ? file : known), first).path;
  return [
    `largest ${best((one, other) => one.bytes > other.bytes)}`,
    `newest ${best((one, other) => one.changed > other.changed)}`,
    `oldest ${best((one, other) => one.changed < other.changed)}`,
  ];
}

/** In the time of this machine, as in `2026-03-01 12:05`. */
function dateOf(date: Date): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
