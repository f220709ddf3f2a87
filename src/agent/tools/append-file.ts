import { withLines } from './edit-text.ts';
import { runsByItself } from './runs-by-itself.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `append_file`: asks before it changes a file that is there, and before it makes something that others run. */
export const appendFile: BuiltInTool = {
  order: 8,
  name: 'append_file',
  kind: 'write',
  description: 'Add lines to the end of a text file',
  wantedBy: /\b(append\w*|add(s|ed|ing)?(?! up)|at the end|to the end|extend\w*|jot|note down|put\b.{1,60}\bon\b.{1,30}\blist)\b/i,
  unwantedBy: /\b(at|to|on|as) (the )?(very )?(top|beginning|start|front|first (line|row|entry|item|one))\b|\bfirst line\b/i,
  parameters: textArguments({ path: 'file', content: 'the lines' }),
  isDestructive: async (args, { workspace }) => runsByItself(textOf(args, 'path')) || workspace.exists(textOf(args, 'path')),
  // Nothing of the file is gone.
  isLoss: async () => false,
  warning: (args, { workspace }) => workspace.lossOf(textOf(args, 'path')),
  async run(args, { workspace }) {
    await workspace.edit(textOf(args, 'path'), (text = '') => withLines(text, textOf(args, 'content')));
    return `added to the end of ${textOf(args, 'path')}`;
  },
};
