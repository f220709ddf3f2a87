import { formatBytes } from '../../base/units.ts';
import { defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { printable } from '../show/text.ts';

/** `luci remove`: asks, then deletes what can be fetched again; what cannot goes to the trash folder. */
export const remove = defineCommand({
  name: 'remove',
  aliases: ['rm', 'uninstall'],
  operands: '<model>...',
  example: 'smollm2-135m',
  summary: 'remove installed models',
  details:
    'Models that luci fetched are deleted. A file you put there yourself is moved to the trash folder of luci, from where you can take it back.',
  async run(context) {
    const { operands, show } = context;
    const luci = await context.luci();
    const names = await luci.models.installedNames(operands);
    const models = (await luci.models.list()).filter(({ name }) => names.includes(name));
    const bytes = models.reduce((sum, model) => sum + model.sizeBytes, 0);
    if (models.length === 0) {
      if (show.json) show.data({ removed: null, freedBytes: 0, movedTo: null });
      else show.note('No installed model is meant by that.');
      return 0;
    }
    const what = models.length === 1 ? printable(models[0]?.name ?? '') : `${models.length} models`;
    if (!(await confirm(`Remove ${what} (${formatBytes(bytes)})?`, context))) {
      show.note('Nothing was removed.');
      return 0;
    }
    for (const { name } of models) {
      await luci.engine.stop(name);
      const { freedBytes, movedTo } = await luci.store.remove(name);
      if (show.json) show.data({ removed: name, freedBytes, movedTo: movedTo ?? null });
      else if (movedTo === undefined) show.note(`Removed ${printable(name)}; ${formatBytes(freedBytes)} are free again.`);
      else show.note(`Removed ${printable(name)}. Its file was not fetched by luci, so it waits in ${movedTo}`);
    }
    return 0;
  },
});
