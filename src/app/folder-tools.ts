import type { Tool } from '../agent/tool.ts';
import { builtInTools } from '../agent/tools/built-in-tools.ts';
import { openWorkspace } from '../agent/workspace/workspace.ts';
import { freeBytesAt } from '../base/free-space.ts';
import type { MachineFacts } from '../engine/machine.ts';

/** The built-in tools on a folder of this machine; what they overwrite or delete goes to `trashFolder`. */
export async function toolsOn(
  folder: string,
  { trashFolder, machine }: { readonly trashFolder: string; readonly machine: () => Promise<MachineFacts> },
): Promise<readonly Tool[]> {
  const workspace = await openWorkspace(folder, trashFolder);
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
