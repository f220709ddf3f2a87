import type { FileChange } from '../../agent/journal/file-change.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { broughtText, changeText } from '../show/change-text.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** `luci undo`: takes back what the assistant did to files. */
export const undo = defineCommand({
  name: 'undo',
  operands: '[id]',
  summary: 'take back what the assistant did to files',
  details:
    'Without an ID: the newest change that was made in this folder, in whatever chat; once more takes back the one before. --list shows all changes with their IDs. A change is taken back as a whole or not at all; where somebody changed a file of it since, it is refused, with the name. Needs no model and no git. Changes are kept for 30 days, and up to 1 GB.',
  options: {
    list: { summary: 'show the changes on record, the newest first' },
    redo: { summary: 'make the change again that was undone last, or the one with the ID' },
  },
  async run(context) {
    const { luci, options, show, operands } = context;
    if (options.list) return list(context);
    const { undo: changes } = await luci();
    const [id] = operands;
    const choice = id === undefined ? { folder: process.cwd() } : { id };
    const brought = options.redo ? await changes.redo(choice) : await changes.undo(choice);
    if (show.json) show.data(brought);
    else for (const change of brought) show.result(`${broughtText(change)}  (${printable(change.folder)})`);
    if (!show.json && !options.redo) for (const { id } of brought) show.note(`  luci undo --redo ${id}`);
    return 0;
  },
});

async function list({ luci, show, operands: [id] }: CommandContext): Promise<number> {
  const { undo: changesOf } = await luci();
  const changes = (await changesOf.list()).filter((change) => id === undefined || change.id === id);
  if (show.json) show.data(changes);
  else if (changes.length === 0) show.note('No change is on record.');
  else {
    const rows = changes.map((change) => [
      change.id,
      change.time.slice(0, 19).replace('T', ' '),
      changeText(change),
      stateText(change),
      printable(change.folder),
    ]);
    const columns = [
      { title: 'id' },
      { title: 'time (UTC)', dropOrder: 2 },
      { title: 'what', minWidth: 12, dropOrder: 3 },
      { title: '', dropOrder: 4 },
      { title: 'folder', dropOrder: 1 },
    ] as const;
    show.result(table(columns, rows, show.terminal).join('\n'));
  }
  for (const folder of await changesOf.damaged())
    show.note(`A record is damaged, so its change cannot be undone; what it keeps lies in ${printable(folder)}.`);
  return 0;
}

function stateText({ state, isKept }: FileChange): string {
  if (!isKept) return 'cannot be undone';
  return state === 'undone' ? 'undone' : '';
}
