import { extname } from 'node:path';
import { namedThings } from '../guidance/named-things.ts';
import { changesTold, likelyNames } from '../guidance/wanted-change.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `list_files`: names, and how many there are of each kind, so that a small model need not count. */
export const listFiles: BuiltInTool = {
  order: 1,
  name: 'list_files',
  kind: 'read',
  description: 'List a folder and count its files',
  parameters: textArguments({ path: 'folder, "." for the main one' }),
  async wantedCalls(words, { workspace }) {
    const { files, folders } = await namedThings(words, workspace);
    const isTold = changesTold(words).length > 0;
    // Who names the file that is to be changed, or a new one, needs no list.
    const isNamed = files.length > 0 || likelyNames(words).length > 0;
    if (isNamed && isTold) return [];
    const isOpen = !isNamed && (isTold || (folders.length === 0 && wordsForFiles.test(words)));
    return [...(isOpen ? ['.'] : []), ...folders].map((path) => ({ path }));
  },
  async run(args, { workspace }) {
    const names = await workspace.list(textOf(args, 'path'));
    return names.length === 0 ? '(empty)' : `${names.join('\n')}\n${countsOf(names)}`;
  },
};

/** In nine languages. */
const wordsForFiles =
  /(?<!\p{L})(?:files?|folders?|director(?:y|ies)|documents?|pictures?|photos?|dateien?|ordner|verzeichnis\p{L}*|fichiers?|dossiers?|archivos?|carpetas?|cartell[ae]|ficheiros?|arquivos?|pastas?|bestand(?:en)?|mappen|файл\p{L}*|папк\p{L}*)(?!\p{L})|文件|目录|资料夹/iu;

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
