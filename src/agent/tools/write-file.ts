import { ToolError } from '../tool.ts';
import { runsByItself } from './runs-by-itself.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** A line is added to a list or a plain text, at no place that only the whole text has. */
const addsLine =
  /^(?!.*\b(top|beginning|start|first|middle|between|before|after|above|below|under|columns?|each|every|replac\w*|rewrit\w*|instead|sort\w*|creat\w*|mak(e|ing)|new)\b).*\b((add|append)\b.{1,80}\bto\b.{0,40}(\blist\b|\.(txt|md|csv|log)\b)|put\b.{1,60}\bon (my|the|our|that|this)\b.{0,30}\blist\b)/is;

/** `write_file`: asks before it replaces something, and before it makes something that others run. */
export const writeFile: BuiltInTool = {
  order: 3,
  name: 'write_file',
  kind: 'write',
  description: 'Create a text file or replace its content',
  // Who writes all of it to add a line may lose the rest; append_file makes files as well.
  unwantedBy: addsLine,
  parameters: textArguments({ path: 'file', content: 'the whole content' }),
  async isDestructive(args, { workspace }) {
    const [path, content] = [textOf(args, 'path'), textOf(args, 'content')];
    if (!(await workspace.exists(path))) return runsByItself(path);
    const before = await workspace.read(path).catch(() => undefined);
    // Models say that they changed what they wrote again as it was, often without the line end behind it.
    if (before?.startsWith(content) && before.slice(content.length).trim() === '')
      throw new ToolError(`"${path}" has just this text; nothing was changed`);
    return true;
  },
  warning: (args, { workspace }) => workspace.lossOf(textOf(args, 'path')),
  async run(args, { workspace }) {
    await workspace.write(textOf(args, 'path'), textOf(args, 'content'));
    return `wrote ${textOf(args, 'path')}`;
  },
};
