import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `read_file`. */
export const readFile: BuiltInTool = {
  order: 2,
  name: 'read_file',
  kind: 'read',
  description: 'Read a text file',
  parameters: textArguments({ path: 'file' }),
  run: (args, { workspace }) => workspace.read(textOf(args, 'path')),
};
