import { formatBytes } from '../../base/units.ts';
import { wholeNumber } from '../../base/value-kinds.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** `luci net log`: every connection luci made. */
export const net = defineCommand({
  name: 'net',
  summary: 'what luci fetched from where',
  defaultVerb: 'log',
  verbs: [
    defineCommand({
      name: 'log',
      summary: 'every connection luci made',
      details:
        'Every outgoing request is on record in state/net.jsonl of the home folder: time, host, purpose, bytes, outcome. No path, no token.',
      options: {
        lines: { kind: wholeNumber({ min: 1, example: '10' }), short: 'n', value: 'N', summary: 'the last N requests (default 50)' },
      },
      run: (context) => showLog(context, context.options.lines ?? 50),
    }),
  ],
});

async function showLog({ luci, show }: CommandContext, count: number): Promise<number> {
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
}
