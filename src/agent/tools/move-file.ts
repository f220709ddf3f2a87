import { posix } from 'node:path';
import { type BuiltInTool, type ToolContext, textArguments, textOf } from './tool-context.ts';

/** `move_file`: what is there is no longer where it was, so it always asks. */
export const moveFile: BuiltInTool = {
  order: 4,
  name: 'move_file',
  kind: 'move',
  description: 'Move or rename a file',
  wantedBy: /\b(mov(e|es|ed|ing)|renam\w*|relocat\w*|archive|tidy|organi[sz]\w*|put\b.{1,80}\b(in|into|under))\b/i,
  parameters: textArguments({ from: 'where it is', to: 'where it goes, with its name' }),
  isDestructive: async () => true,
  isLoss: async (args, context) => context.workspace.exists(await goalOf(args, context)),
  warning: async (args, context) => context.workspace.lossOf(await goalOf(args, context)),
  async run(args, context) {
    const [from, to] = [textOf(args, 'from'), await goalOf(args, context)];
    await context.workspace.move(from, to);
    return `moved ${from} to ${to}`;
  },
};

/** Where it goes: into a folder that is there, or is named as one by a slash, it goes under its own name. */
async function goalOf(args: Readonly<Record<string, unknown>>, { workspace }: ToolContext): Promise<string> {
  const [from, to] = [textOf(args, 'from'), textOf(args, 'to')];
  const isInto = /[^/]\/$/.test(to) || to === '.' || (to !== from && (await workspace.isFolder(to)));
  return isInto ? posix.join(to, posix.basename(from)) : to;
}
