import { namedThings } from '../guidance/named-things.ts';
import { changesTold } from '../guidance/wanted-change.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `read_file`. */
export const readFile: BuiltInTool = {
  order: 2,
  name: 'read_file',
  kind: 'read',
  description: 'Read a text file',
  parameters: textArguments({ path: 'file' }),
  async wantedCalls(words, { workspace }) {
    const told = changesTold(words);
    // Where a file is only moved or deleted, its text matters to nobody.
    if (told.length > 0 && !told.includes('write')) return [];
    return (await namedThings(words, workspace)).files.map((path) => ({ path }));
  },
  run: (args, { workspace }) => workspace.read(textOf(args, 'path')),
};
