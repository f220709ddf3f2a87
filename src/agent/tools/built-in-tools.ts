import type { Tool } from '../tool.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { BuiltInTool, SystemProbe } from './tool-context.ts';
import * as toolList from './tool-list.ts';

/** The built-in tools: files of one folder, and facts of the machine. A new one is a file beside this one. */
const registry: readonly BuiltInTool[] = Object.values<BuiltInTool>(toolList).sort((a, b) => a.order - b.order);

/** What a model is told of each. */
export const builtInToolDefinitions: readonly Pick<Tool, 'name' | 'description' | 'parameters'>[] = registry.map(
  ({ name, description, parameters }) => ({ name, description, parameters }),
);

/** The tools on a workspace and a probe. */
export function builtInTools(workspace: Workspace, probe: SystemProbe): readonly Tool[] {
  const context = { workspace, probe };
  return registry.map(({ isDestructive, isLoss, warning, notice, wantedCalls, run, order, ...definition }) => ({
    ...definition,
    isDestructive: isDestructive && ((args) => isDestructive(args, context)),
    isLoss: isLoss && ((args) => isLoss(args, context)),
    warning: warning && ((args) => warning(args, context)),
    wantedCalls: wantedCalls && ((words, recent) => wantedCalls(words, context, recent)),
    notice: notice && ((args) => notice(args, context)),
    run: (args) => run(args, context),
  }));
}
