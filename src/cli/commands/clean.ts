import type { Waste } from '../../app/cleanup.ts';
import { formatBytes, plural } from '../../base/units.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import type { Show } from '../show/show.ts';
import { printable } from '../show/text.ts';

/** `luci clean`: room on the disk. Never touches an installed model. */
export const clean = defineCommand({
  name: 'clean',
  summary: 'delete unfinished downloads, the trash, answers of the server, and what is kept for undo too long',
  details:
    'Shows what there is and asks. Installed models are never touched, nor downloads another luci is working on. The trash holds files of yours that were removed from luci but not fetched by it: once it is empty they are gone. What luci undo keeps goes after 30 days, or when newer changes fill 1 GB. Answers that luci serve keeps to go on with go, but for those under way.',
  options: {
    partial: { summary: 'unfinished downloads only' },
    dryRun: { summary: 'show what would go and delete nothing' },
  },
  async run(context) {
    const { options, show } = context;
    const luci = await context.luci();
    const waste = await luci.cleanup.waste();
    const wanted = wantedOf(waste, options.partial !== true);
    const isDry = options.dryRun === true;
    if (show.json && isDry) show.data({ ...waste, partials: waste.partials.length });
    if (waste.partials.length === 0 && !Object.values(wanted).includes(true)) {
      if (!show.json) show.note('There is nothing to clean.');
      else if (!isDry) show.data({ freedBytes: 0 });
      return 0;
    }
    if (!show.json) showWaste(waste, wanted, show);
    if (isDry) return 0;
    if (!(await confirm(`Delete ${formatBytes(bytesOf(waste, wanted))}?`, context))) {
      show.note('Nothing was deleted.');
      return 0;
    }
    const freedBytes = await luci.cleanup.clean({ trash: wanted.withTrash, undo: wanted.withUndo, answers: wanted.withAnswers });
    if (show.json) show.data({ freedBytes });
    else show.note(`${formatBytes(freedBytes)} are free again.`);
    return 0;
  },
});

interface Wanted {
  readonly withTrash: boolean;
  readonly withUndo: boolean;
  readonly withAnswers: boolean;
}

function wantedOf({ trashBytes, undo, answers }: Waste, isAll: boolean): Wanted {
  return { withTrash: isAll && trashBytes > 0, withUndo: isAll && undo.count > 0, withAnswers: isAll && answers.count > 0 };
}

function bytesOf({ partialBytes, trashBytes, undo, answers }: Waste, { withTrash, withUndo, withAnswers }: Wanted): number {
  return partialBytes + (withTrash ? trashBytes : 0) + (withUndo ? undo.bytes : 0) + (withAnswers ? answers.bytes : 0);
}

function showWaste(waste: Waste, { withTrash, withUndo, withAnswers }: Wanted, show: Show): void {
  const { partials, fileNames, trashBytes, undo, answers } = waste;
  for (const { key, bytes } of partials) show.result(`  ${printable(fileNames.get(key) ?? key)}  ${formatBytes(bytes)}`);
  if (withTrash) show.result(`  trash  ${formatBytes(trashBytes)}`);
  if (withUndo) show.result(`  undo  ${plural(undo.count, 'change')} of files kept too long  ${formatBytes(undo.bytes)}`);
  if (withAnswers) show.result(`  ${plural(answers.count, 'answer')} of luci serve, with the questions  ${formatBytes(answers.bytes)}`);
}
