import { runsByItself } from './runs-by-itself.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `make_folder`: asks where programs look into it by themselves. */
export const makeFolder: BuiltInTool = {
  order: 5,
  name: 'make_folder',
  kind: 'make',
  description: 'Create a folder',
  wantedBy: /\b(mak\w+|creat\w+|add|new|set up|need)\b.{0,60}\b(folders?|subfolders?|director(y|ies))\b|\bmkdir\b/i,
  parameters: textArguments({ path: 'folder' }),
  isDestructive: async (args) => runsByItself(textOf(args, 'path')),
  async run(args, { workspace }) {
    await workspace.makeFolder(textOf(args, 'path'));
    return `made ${textOf(args, 'path')}`;
  },
};
