import { goalOf, requireFolderOf, requireThere } from './placing.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `move_file`: what is there is no longer where it was, so it always asks. */
export const moveFile: BuiltInTool = {
  order: 4,
  name: 'move_file',
  kind: 'move',
  description: 'Move or rename a file',
  wantedBy: /\b(mov(e|es|ed|ing)|renam\w*|relocat\w*|archive|tidy|organi[sz]\w*|put\b.{1,80}\b(in|into|under))\b/i,
  parameters: textArguments({ from: 'where it is', to: 'where it goes, with its name' }),
  async isDestructive(args, context) {
    await requireThere(textOf(args, 'from'), context.workspace);
    await requireFolderOf(args, context);
    return true;
  },
  isLoss: async (args, context) => context.workspace.exists(await goalOf(args, context)),
  warning: async (args, context) => context.workspace.lossOf(await goalOf(args, context)),
  async run(args, context) {
    const [from, to] = [textOf(args, 'from'), await goalOf(args, context)];
    await context.workspace.move(from, to);
    return `moved ${from} to ${to}`;
  },
};
