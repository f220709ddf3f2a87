import { extname } from 'node:path';
import { formatBytes, plural } from '../../base/units.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** How many things there are, in words. */

/** As in `3 files: 2 .txt, 1 .md; 1 folder`. */
export function countsOf(files: readonly string[], folders: number): string {
  const counts = new Map<string, number>();
  for (const name of files) {
    const kind = extname(name).toLowerCase() || 'without an ending';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} ${kind}`);
  const byKind = kinds.length > 0 ? `: ${kinds.join(', ')}` : '';
  return `${plural(files.length, 'file')}${byKind}; ${plural(folders, 'folder')}`;
}

/** More than this is not counted. */
const maxCounted = 100_000;

/** What a folder holds, for who is asked about all of it; undefined for anything else. */
export async function folderNotice(path: string, workspace: Workspace): Promise<string | undefined> {
  if (!(await workspace.isFolder(path))) return undefined;
  let [files, folders, size] = [0, 0, 0];
  for await (const { kind, bytes } of workspace.walk(path, { isWhole: true })) {
    if (kind === 'folder') folders += 1;
    else files += 1;
    size += bytes;
    if (files + folders === maxCounted) return `"${path}" holds more than ${maxCounted} files and folders`;
  }
  if (files + folders === 0) return `"${path}" is an empty folder`;
  const inner = folders === 0 ? '' : ` and ${plural(folders, 'folder')}`;
  return `"${path}" is a folder with ${plural(files, 'file')}${inner} (${formatBytes(size)})`;
}
