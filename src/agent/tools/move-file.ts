import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `move_file`: what is there is no longer where it was, so it always asks. */
export const moveFile: BuiltInTool = {
  order: 4,
  name: 'move_file',
  description: 'Move or rename a file',
  wantedBy: /\b(mov(e|es|ed|ing)|renam\w*|relocat\w*|archive|tidy|organi[sz]\w*|put\b.{1,80}\b(in|into|under))\b/i,
  parameters: textArguments({ from: 'where it is', to: 'where it goes, with its name' }),
  isDestructive: async () => true,
  warning: (args, { workspace }) => workspace.lossOf(textOf(args, 'to')),
  async run(args, { workspace }) {
    await workspace.move(textOf(args, 'from'), textOf(args, 'to'));
    return `moved ${textOf(args, 'from')} to ${textOf(args, 'to')}`;
  },
};
