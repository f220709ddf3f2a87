import { formatBytes, formatDuration } from '../../base/units.ts';
import { defineCommand } from '../command.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** `luci ps`: what is in memory. */
export const ps = defineCommand({
  name: 'ps',
  summary: 'models in memory',
  async run({ luci, show }) {
    const { engine } = await luci();
    const status = await engine.status();
    if (show.json) {
      show.data(status ?? null);
      return 0;
    }
    if (!status || status.models.length === 0) {
      show.note(
        status
          ? `The engine runs (process ${status.pid}, ${formatBytes(status.memoryBytes)}) with no model in memory.`
          : 'No engine is running.',
      );
      return 0;
    }
    const rows = status.models.map((model) => [
      printable(model.name),
      formatBytes(model.memoryBytes),
      `${model.engine.kind}, ${model.engine.device}`,
      String(model.engine.contextLength),
      String(model.requests),
      model.requests > 0 ? 'busy' : formatDuration(model.idleSeconds * 1000),
      model.leavesInSeconds === undefined ? '' : formatDuration(model.leavesInSeconds * 1000),
    ]);
    const columns = [
      { title: 'name' },
      { title: 'memory', align: 'right' },
      { title: 'engine', dropOrder: 3 },
      { title: 'context', align: 'right', dropOrder: 5 },
      { title: 'requests', align: 'right', dropOrder: 2 },
      { title: 'idle', align: 'right', dropOrder: 1 },
      { title: 'leaves in', align: 'right', dropOrder: 4 },
    ] as const;
    show.result(table(columns, rows, show.terminal).join('\n'));
    const used = `The engine process (${status.pid}) uses ${formatBytes(status.memoryBytes)}; a model’s memory is what it may take.`;
    show.note(show.terminal.style('dim', used));
    return 0;
  },
});
