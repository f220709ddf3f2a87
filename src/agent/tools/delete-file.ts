import { folderNotice } from './folder-counts.ts';
import { requireThere } from './placing.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `delete_file`: kept for undoing, and never without a question. */
export const deleteFile: BuiltInTool = {
  order: 6,
  name: 'delete_file',
  kind: 'delete',
  description: 'Delete a file or a folder',
  wantedBy: /\b(delet\w*|remov\w*|eras\w+|trash|discard|get rid|throw\b.{0,40}\baway|clean\w* up|rm|rmdir)\b/i,
  parameters: textArguments({ path: 'what to delete' }),
  async isDestructive(args, { workspace }) {
    await requireThere(textOf(args, 'path'), workspace);
    return true;
  },
  warning: (args, { workspace }) => workspace.lossOf(textOf(args, 'path')),
  notice: (args, { workspace }) => folderNotice(textOf(args, 'path'), workspace),
  async run(args, { workspace }) {
    await workspace.remove(textOf(args, 'path'));
    return `deleted ${textOf(args, 'path')}`;
  },
};
