import { LuciError } from '../../base/errors.ts';
import { formatBytes } from '../../base/units.ts';
import type { Command } from '../command.ts';
import { numberOption } from '../options.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** `luci net log`: every connection luci made. */
export const net: Command = {
  name: 'net',
  operands: 'log',
  summary: 'what luci fetched from where',
  details:
    'Every outgoing request is on record in state/net.jsonl of the home folder: time, host, purpose, bytes, outcome. No path, no token.',
  options: { lines: { type: 'string', short: 'n', value: 'N', summary: 'the last N requests (default 50)' } },
  async run({ operands, options, luci, show }) {
    const [verb = 'log', ...more] = operands;
    if (verb !== 'log' || more.length > 0)
      throw new LuciError('USAGE', `luci net has no "${operands.join(' ')}".`, { hint: 'luci net log' });
    const count = numberOption(options, 'lines', { least: 1, whole: true }) ?? 50;
    const entries = (await luci()).requests().slice(-count);
    if (show.json) show.data(entries);
    else if (entries.length === 0) show.note('luci has made no connection.');
    else {
      const rows = entries.map((entry) => [
        entry.time.slice(0, 19).replace('T', ' '),
        printable(entry.host),
        entry.purpose,
        formatBytes(entry.bytesReceived),
        printable(entry.outcome),
      ]);
      const columns = [
        { title: 'time (UTC)', dropOrder: 2 },
        { title: 'host' },
        { title: 'purpose', dropOrder: 3 },
        { title: 'bytes', align: 'right', dropOrder: 1 },
        { title: 'outcome' },
      ] as const;
      show.result(table(columns, rows, show.terminal).join('\n'));
    }
    return 0;
  },
};
