import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `delete_file`: kept for undoing, and never without a question. */
export const deleteFile: BuiltInTool = {
  order: 6,
  name: 'delete_file',
  kind: 'delete',
  description: 'Delete a file or a folder',
  parameters: textArguments({ path: 'what to delete' }),
  isDestructive: async () => true,
  warning: (args, { workspace }) => workspace.lossOf(textOf(args, 'path')),
  async run(args, { workspace }) {
    await workspace.remove(textOf(args, 'path'));
    return `deleted ${textOf(args, 'path')}`;
  },
};
