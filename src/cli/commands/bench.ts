import { decimalNumber } from '../../base/value-kinds.ts';
import { defineCommand } from '../command.ts';
import { engineSettings } from '../flags.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';
import { waitingLine } from '../show/waiting-line.ts';

/** `luci bench`: how fast a model is on this machine. */
export const bench = defineCommand({
  name: 'bench',
  operands: '[model]',
  example: 'llama3.2',
  summary: 'measure how fast a model reads and answers',
  details:
    'Reads a prompt and writes 48 tokens with 512 and, where context and time allow it, 4,096 tokens of context, as ask and chat do. What was measured is kept: luci list --json has it, and luci recommend reckons with it.',
  options: {
    maxMinutes: {
      kind: decimalNumber({ example: '2' }),
      value: 'M',
      summary: 'be done after so long (default 2); what is unfinished is left out',
    },
  },
  settings: engineSettings,
  async run({ operands: [model], options, luci: open, show, signal }) {
    const luci = await open();
    using waiting = waitingLine(show);
    waiting.start();
    const maxMs = options.maxMinutes === undefined ? undefined : options.maxMinutes * 60_000;
    const result = await luci.speed.bench({ model, maxMs, signal, onLoad: waiting.onLoad, onContext: waiting.measuring });
    waiting.stop();
    if (show.json) {
      show.data(result);
      return 0;
    }
    const { none } = show.terminal.marks;
    const rows = result.rows.map((row) => [
      row.contextTokens.toLocaleString('en-US'),
      String(row.promptTokensPerSecond),
      String(row.generatedTokensPerSecond ?? none),
    ]);
    const columns = [
      { title: 'context', align: 'right' },
      { title: 'prompt tokens/s', align: 'right' },
      { title: 'generated tokens/s', align: 'right' },
    ] as const;
    show.result(table(columns, rows, show.terminal).join('\n'));
    show.note(show.terminal.style('dim', `${printable(result.model)}: ${printable(result.engine)}`));
    return 0;
  },
});
