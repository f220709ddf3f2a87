import { goalOf, missingFolderOf, requireThere } from './placing.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `move_file`: what is there is no longer where it was, so it always asks. The folder it goes to is made where it is missing. */
export const moveFile: BuiltInTool = {
  order: 4,
  name: 'move_file',
  kind: 'move',
  description: 'Move or rename a file',
  wantedBy:
    /\b(mov(e|es|ed|ing)|renam\w*|relocat\w*|archive|belongs?|(should|must|has to|have to|can) go|call (it|the file|that file|this file)|should be (called|named)|tidy|organi[sz]\w*|put\b.{1,80}\b(in|into|under))\b/i,
  parameters: textArguments({ from: 'where it is', to: 'where it goes, with its name' }),
  async isDestructive(args, { workspace }) {
    await requireThere(textOf(args, 'from'), workspace);
    return true;
  },
  isLoss: async (args, context) => context.workspace.exists(await goalOf(args, context)),
  warning: async (args, context) => context.workspace.lossOf(await goalOf(args, context)),
  async notice(args, context) {
    const goal = await goalOf(args, context);
    const folder = await missingFolderOf(goal, context.workspace);
    if (folder !== undefined) return `The folder "${folder}" is made for it`;
    return goal === textOf(args, 'to') ? undefined : `It will be "${goal}"`;
  },
  async run(args, context) {
    const [from, to] = [textOf(args, 'from'), await goalOf(args, context)];
    const folder = await missingFolderOf(to, context.workspace);
    if (folder !== undefined) await context.workspace.makeFolder(folder);
    await context.workspace.move(from, to).catch(async (error: unknown) => {
      // Nothing is left of a move that failed.
      if (folder !== undefined) await context.workspace.undo();
      throw error;
    });
    return `moved ${from} to ${to}`;
  },
};
