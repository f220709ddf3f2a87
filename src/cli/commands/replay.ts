import type { Replay } from '../../app/receipts/receipts.ts';
import { defineCommand } from '../command.ts';
import { engineSettings } from '../flags.ts';
import { modelOption } from '../options.ts';
import type { Show } from '../show/show.ts';
import { printable } from '../show/text.ts';
import { waitingLine } from '../show/waiting-line.ts';

/** `luci replay`: whether a receipt's answer comes out again. */
export const replay = defineCommand({
  name: 'replay',
  operands: '<receipt>',
  example: 'receipt.json',
  summary: 'ask what a receipt is for again, and say whether the answer is the same',
  details:
    'A receipt is written by "luci ask --receipt FILE", and by luci serve where a request says "receipt": true. Exit status 0: the same bytes; 8: others; 9: it cannot be told here, because the model has other bytes, the engine is another version, or other threads compute. A receipt that was changed is refused with 6.',
  options: { model: { ...modelOption, summary: 'model to ask (default: the installed one with the bytes of the receipt)' } },
  settings: engineSettings,
  async run({ operands: [path = ''], options, luci: open, show, signal }) {
    const luci = await open();
    using waiting = waitingLine(show);
    waiting.start();
    const found = await luci.receipts.replay(path, { model: options.model, signal, onLoad: waiting.onLoad });
    waiting.stop();
    if (show.json) show.data(found);
    else showReplay(found, show);
    return { same: 0, different: 8, untold: 9 }[found.outcome];
  },
});

function showReplay({ outcome, model, why = '', differsAt, expected, found, ...key }: Replay, show: Show): void {
  const { style, marks } = show.terminal;
  const name = printable(model);
  const told = {
    same: `${style('good', marks.done, 'out')} ${name} answers the same, byte for byte`,
    different: `${style('bad', marks.wrong, 'out')} ${name} answers something else: ${printable(why)}`,
    untold: `${marks.none} it cannot be told whether ${name} answers the same: ${printable(why)}`,
  };
  show.result(told[outcome]);
  if (differsAt !== undefined)
    show.result(
      `  after ${differsAt} characters the receipt has ${printable(JSON.stringify(expected))} and the answer ${printable(JSON.stringify(found))}`,
    );
  const whose = { 'this machine': 'the key of this machine', trusted: 'a key you trust', unknown: 'an unknown key: anybody can make one' };
  show.result(`signed with ${whose[key.signedBy]}\nkey ${key.fingerprint}`);
}
