import { posix } from 'node:path';
import { ToolError } from '../tool.ts';
import { folderNotice } from './folder-counts.ts';
import { requireThere } from './placing.ts';
import { runsByItself } from './runs-by-itself.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `copy_file`: asks before it replaces something or makes something that others run, and before all of a folder is copied. */
export const copyFile: BuiltInTool = {
  order: 10,
  name: 'copy_file',
  kind: 'write',
  description: 'Copy a file or a folder',
  wantedBy: /\b(cop(y|ies|ied|ying)|duplicat\w*|back(ing|ed)? ?up\w*|clon(e|es|ed|ing)|second version)\b/i,
  parameters: textArguments({ from: 'what', to: 'the copy, with its name' }),
  async isDestructive(args, { workspace }) {
    const [from, to] = [textOf(args, 'from'), textOf(args, 'to')];
    await requireThere(from, workspace);
    if (posix.normalize(from) === posix.normalize(to)) throw new ToolError(`"${to}" cannot be copied into itself`);
    return runsByItself(to) || (await workspace.exists(to)) || (await workspace.isFolder(from));
  },
  isLoss: (args, { workspace }) => workspace.exists(textOf(args, 'to')),
  warning: (args, { workspace }) => workspace.lossOf(textOf(args, 'to')),
  notice: (args, { workspace }) => folderNotice(textOf(args, 'from'), workspace),
  async run(args, { workspace }) {
    await workspace.copy(textOf(args, 'from'), textOf(args, 'to'));
    return `copied ${textOf(args, 'from')} to ${textOf(args, 'to')}`;
  },
};
