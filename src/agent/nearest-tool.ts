import { editDistance } from '../base/edit-distance.ts';
import type { ToolDefinition } from '../engine/engine.ts';

/** Which offered tool an unknown name most likely means. */

/** The tool whose name is close in letters, or shares a word: `create_file` is close to `write_file`. Undefined where none is. */
export function nearestTool(name: string, tools: readonly ToolDefinition[]): string | undefined {
  const wanted = wordsOf(name);
  const scored = tools.map((tool) => {
    const shared = wordsOf(tool.name).filter((word) => wanted.includes(word)).length;
    const distance = editDistance(wanted.join(''), wordsOf(tool.name).join(''));
    const isClose = shared > 0 || distance <= Math.max(2, Math.floor(name.length / 3));
    return { name: tool.name, isClose, score: distance - shared * 4 };
  });
  return scored.filter(({ isClose }) => isClose).sort((a, b) => a.score - b.score)[0]?.name;
}

/** Words of a name in any writing: `writeFile`, `write-file`, `WRITE_FILE`. */
function wordsOf(name: string): string[] {
  return name
    .slice(0, 64)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/s$/, ''))
    .filter((word) => word !== '');
}
