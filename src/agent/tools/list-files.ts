import { countsOf } from './folder-counts.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `list_files`: names, and how many there are of each kind, so that a small model need not count. */
export const listFiles: BuiltInTool = {
  order: 1,
  name: 'list_files',
  description: 'List a folder and count its files',
  parameters: textArguments({ path: 'folder, "." for the main one' }),
  async run(args, { workspace }) {
    const names = await workspace.list(textOf(args, 'path'));
    const files = names.filter((name) => !name.endsWith('/'));
    return names.length === 0 ? '(empty)' : `${names.join('\n')}\n(${countsOf(files, names.length - files.length)})`;
  },
};
