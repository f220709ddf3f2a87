import { withReplaced } from './edit-text.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `replace_text`: asks like a replacement, once it is known that the passage stands there just once. */
export const replaceText: BuiltInTool = {
  order: 9,
  name: 'replace_text',
  kind: 'write',
  description: 'Replace one passage of a text file',
  wantedBy:
    /\b(replac\w*|chang(e|es|ed|ing)|correct\w*|fix\w*|edit\w*|updat\w*|swap\w*|substitut\w*|instead|typos?|modif\w*|misspel\w*)\b/i,
  parameters: textArguments({ path: 'file', old: 'exact text that is there once', new: 'text in its place' }),
  async isDestructive(args, { workspace }) {
    const path = textOf(args, 'path');
    withReplaced(await workspace.read(path), { path, passage: textOf(args, 'old'), by: textOf(args, 'new') });
    return true;
  },
  warning: (args, { workspace }) => workspace.lossOf(textOf(args, 'path')),
  async run(args, { workspace }) {
    const path = textOf(args, 'path');
    await workspace.edit(path, (text) => withReplaced(text, { path, passage: textOf(args, 'old'), by: textOf(args, 'new') }));
    return `replaced it in ${path}`;
  },
};
