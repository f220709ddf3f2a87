import { runTool } from '../agent/run-tool.ts';
import { type ConfirmCall, hasEffect, type Tool } from '../agent/tool.ts';
import type { Luci } from '../app/luci.ts';
import type { OfferedTool } from './offered-tool.ts';

/**
 * The built-in tools on one folder as `luci mcp` offers them. Those that can change something are left out unless that was allowed;
 * whether a change is wanted is then for the program to ask: luci has nobody to ask here.
 */
export async function fileTools(luci: Pick<Luci, 'builtInTools'>, root: string, allowChanges: boolean): Promise<readonly OfferedTool[]> {
  const tools = await luci.builtInTools(root);
  return tools.filter((tool) => allowChanges || !hasEffect(tool)).map((tool) => offered(tool, allowChanges));
}

function offered(tool: Tool, allowChanges: boolean): OfferedTool {
  const { name, description, parameters } = tool;
  const reads = !hasEffect(tool);
  const title = name.replaceAll('_', ' ');
  return {
    name,
    description,
    parameters,
    annotations: { title, readOnlyHint: reads, destructiveHint: reads ? undefined : true, openWorldHint: false },
    async run(args, { signal }) {
      const call = { id: 'mcp', name, arguments: args };
      // What cannot be undone is nothing that was allowed beforehand.
      const confirm: ConfirmCall = async (_call, _tool, warning) => allowChanges && warning === undefined;
      const { content, isError } = await runTool([tool], call, { confirm, signal });
      return { text: content, isError };
    },
  };
}
