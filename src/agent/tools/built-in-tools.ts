import type { Tool } from '../tool.ts';
import { deleteFile } from './delete-file.ts';
import { listFiles } from './list-files.ts';
import { makeFolder } from './make-folder.ts';
import { moveFile } from './move-file.ts';
import { readFile } from './read-file.ts';
import { systemInfo } from './system-info.ts';
import type { BuiltInTool, SystemProbe } from './tool-context.ts';
import type { Workspace } from './workspace.ts';
import { writeFile } from './write-file.ts';

/** The built-in tools: files of one folder, and facts of the machine. A new one is a file and a row here. */
const registry: readonly BuiltInTool[] = [listFiles, readFile, writeFile, moveFile, makeFolder, deleteFile, systemInfo];

/** What a model is told of each. */
export const builtInToolDefinitions: readonly Pick<Tool, 'name' | 'description' | 'parameters'>[] = registry.map(
  ({ name, description, parameters }) => ({ name, description, parameters }),
);

/** The tools on a workspace and a probe. */
export function builtInTools(workspace: Workspace, probe: SystemProbe): readonly Tool[] {
  const context = { workspace, probe };
  return registry.map(({ isDestructive, run, ...definition }) => ({
    ...definition,
    isDestructive: isDestructive && ((args) => isDestructive(args, context)),
    run: (args) => run(args, context),
  }));
}
