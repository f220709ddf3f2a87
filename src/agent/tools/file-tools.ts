import type { JsonSchema } from '../../engine/engine.ts';
import type { Tool } from '../tool.ts';
import type { Workspace } from './workspace.ts';

/** The built-in tools: files of one folder, and facts of the machine. */

/** Facts of a machine for the tool `system_info`; in tests those of a made-up one. */
export type SystemProbe = () => Promise<Readonly<Record<string, string | number>>>;

const textArguments = (properties: Readonly<Record<string, string>>): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(properties).map(([name, description]) => [name, { type: 'string', description }])),
  required: Object.keys(properties),
  additionalProperties: false,
});

const text = (args: Readonly<Record<string, unknown>>, name: string): string => String(args[name] ?? '');

/** The tools on a workspace and a probe. */
export function builtInTools(workspace: Workspace, probe: SystemProbe): readonly Tool[] {
  return [
    {
      name: 'list_files',
      description: 'List the files and folders in a folder',
      parameters: textArguments({ path: 'folder, "." for the main folder' }),
      run: async (args) => (await workspace.list(text(args, 'path'))).join('\n') || '(empty)',
    },
    {
      name: 'read_file',
      description: 'Read a text file',
      parameters: textArguments({ path: 'file to read' }),
      run: (args) => workspace.read(text(args, 'path')),
    },
    {
      name: 'write_file',
      description: 'Create a text file or replace its content',
      parameters: textArguments({ path: 'file to write', content: 'the whole content' }),
      isDestructive: (args) => workspace.exists(text(args, 'path')),
      async run(args) {
        await workspace.write(text(args, 'path'), text(args, 'content'));
        return `wrote ${text(args, 'path')}`;
      },
    },
    {
      name: 'move_file',
      description: 'Move or rename a file',
      parameters: textArguments({ from: 'where it is', to: 'where it goes, with its name' }),
      isDestructive: (args) => workspace.exists(text(args, 'to')),
      async run(args) {
        await workspace.move(text(args, 'from'), text(args, 'to'));
        return `moved ${text(args, 'from')} to ${text(args, 'to')}`;
      },
    },
    {
      name: 'make_folder',
      description: 'Create a folder',
      parameters: textArguments({ path: 'folder to create' }),
      async run(args) {
        await workspace.makeFolder(text(args, 'path'));
        return `made ${text(args, 'path')}`;
      },
    },
    {
      name: 'delete_file',
      description: 'Delete a file or a folder',
      parameters: textArguments({ path: 'what to delete' }),
      isDestructive: async () => true,
      async run(args) {
        await workspace.remove(text(args, 'path'));
        return `deleted ${text(args, 'path')}`;
      },
    },
    {
      name: 'system_info',
      description: 'Facts about this computer: memory, disk, processor, system',
      parameters: { type: 'object', properties: {}, additionalProperties: false },
      run: async () =>
        Object.entries(await probe())
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n'),
    },
  ];
}
