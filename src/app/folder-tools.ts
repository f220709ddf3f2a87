import type { Tool } from '../agent/tool.ts';
import { builtInTools } from '../agent/tools/built-in-tools.ts';
import { openWorkspace } from '../agent/workspace/workspace.ts';
import { freeBytesAt } from '../base/free-space.ts';
import type { MachineFacts } from '../engine/machine.ts';

/** What tools on a folder work with. */
export interface FolderToolsParts {
  /** Where their changes are on record. */
  readonly undoFolder: string;
  readonly machine: () => Promise<MachineFacts>;
  /** The question that a change is made for. */
  readonly question?: () => string | undefined;
}

/** The built-in tools on a folder of this machine; what they change can be undone. */
export async function toolsOn(folder: string, { undoFolder, machine, question }: FolderToolsParts): Promise<readonly Tool[]> {
  const workspace = await openWorkspace(folder, undoFolder, { question });
  return builtInTools(workspace, async () => {
    const { platform, arch, release, physicalCores, totalMemoryBytes, freeMemoryBytes } = await machine();
    return {
      system: `${platform} ${release} ${arch}`,
      cpuCores: physicalCores,
      memoryTotalGB: inGB(totalMemoryBytes),
      memoryFreeGB: inGB(freeMemoryBytes),
      diskFreeGB: inGB(await freeBytesAt(folder)),
    };
  });
}

/** Gigabytes with one digit after the point. */
function inGB(bytes: number): number {
  return Math.round(bytes / 1e8) / 10;
}
