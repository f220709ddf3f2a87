import { namedThings } from '../guidance/named-things.ts';
import { pointedAt } from '../guidance/pointed-at.ts';
import { changesTold } from '../guidance/wanted-change.ts';
import { type BuiltInTool, textArguments, textOf } from './tool-context.ts';

/** `read_file`. */
export const readFile: BuiltInTool = {
  order: 2,
  name: 'read_file',
  kind: 'read',
  description: 'Read a text file',
  parameters: textArguments({ path: 'file' }),
  async wantedCalls(words, { workspace }, recent) {
    const { files } = await namedThings(words, workspace);
    // A model that sees the name before the question knows what `it` is.
    const meant = files.length === 0 ? await pointedAt(words, recent, workspace) : undefined;
    if (meant !== undefined) return [{ path: meant }];
    const told = changesTold(words);
    // Where a file is only moved or deleted, its text matters to nobody.
    if (told.length > 0 && !told.includes('write')) return [];
    return files.map((path) => ({ path }));
  },
  run: (args, { workspace }) => workspace.read(textOf(args, 'path')),
};
