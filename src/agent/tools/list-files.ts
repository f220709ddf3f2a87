import { namedThings } from '../guidance/named-things.ts';
import { pointedAt } from '../guidance/pointed-at.ts';
import { changesTold, goesOn, hasPronoun, likelyNames, speaksOfFiles } from '../guidance/wanted-change.ts';
import { countsOf } from './folder-counts.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `list_files`: names, and how many there are of each kind, so that a small model need not count. */
export const listFiles: BuiltInTool = {
  order: 1,
  name: 'list_files',
  kind: 'read',
  description: 'List a folder and count its files',
  parameters: textArguments({ path: 'folder, "." for the main one' }),
  async wantedCalls(words, { workspace }, recent) {
    const { files, folders } = await namedThings(words, workspace);
    if (files.length === 0 && folders.length === 0 && (await pointedAt(words, recent, workspace)) !== undefined) return [];
    const isTold = changesTold(words).length > 0 || goesOn(words);
    // Who names the file that is to be changed, or a new one, needs no list.
    const isNamed = files.length > 0 || likelyNames(words).length > 0;
    if (isNamed && isTold) return [];
    // `delete it` is about what was said before.
    const isOpen = !isNamed && ((isTold && !hasPronoun(words)) || (folders.length === 0 && speaksOfFiles(words)));
    return [...(isOpen ? ['.'] : []), ...folders].map((path) => ({ path }));
  },
  async run(args, { workspace }) {
    const names = await workspace.list(textOf(args, 'path'));
    const files = names.filter((name) => !name.endsWith('/'));
    return names.length === 0 ? '(empty)' : `${names.join('\n')}\n(${countsOf(files, names.length - files.length)})`;
  },
};
