import { runsByItself } from './runs-by-itself.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `write_file`: asks before it replaces something, and before it makes something that others run. */
export const writeFile: BuiltInTool = {
  order: 3,
  name: 'write_file',
  kind: 'write',
  description: 'Create a text file or replace its content',
  parameters: textArguments({ path: 'file', content: 'the whole content' }),
  isDestructive: async (args, { workspace }) => runsByItself(textOf(args, 'path')) || workspace.exists(textOf(args, 'path')),
  warning: (args, { workspace }) => workspace.lossOf(textOf(args, 'path')),
  async run(args, { workspace }) {
    await workspace.write(textOf(args, 'path'), textOf(args, 'content'));
    return `wrote ${textOf(args, 'path')}`;
  },
};
