import { extname } from 'node:path';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `list_files`: names, and how many there are of each kind, so that a small model need not count. */
export const listFiles: BuiltInTool = {
  order: 1,
  name: 'list_files',
  kind: 'read',
  description: 'List a folder and count its files',
  parameters: textArguments({ path: 'folder, "." for the main one' }),
  async run(args, { workspace }) {
    const names = await workspace.list(textOf(args, 'path'));
    return names.length === 0 ? '(empty)' : `${names.join('\n')}\n${countsOf(names)}`;
  },
};

/** As in `(3 files: 2 .txt, 1 .md; 1 folder)`. */
function countsOf(names: readonly string[]): string {
  const files = names.filter((name) => !name.endsWith('/'));
  const counts = new Map<string, number>();
  for (const name of files) {
    const kind = extname(name).toLowerCase() || 'without an ending';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const kinds = [...counts].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} ${kind}`);
  const folders = names.length - files.length;
  const byKind = kinds.length > 0 ? `: ${kinds.join(', ')}` : '';
  return `(${files.length} ${files.length === 1 ? 'file' : 'files'}${byKind}; ${folders} ${folders === 1 ? 'folder' : 'folders'})`;
}
