import type { Recommended } from '../../app/speed/speed.ts';
import { shellWord } from '../../base/shell-word.ts';
import { formatBytes } from '../../base/units.ts';
import { oneOf } from '../../base/value-kinds.ts';
import { defineCommand } from '../command.ts';
import { sizeText } from '../show/catalog-rows.ts';
import { table } from '../show/table.ts';
import type { Terminal } from '../show/terminal.ts';

/** `luci recommend`: which model for this machine. Nothing leaves it. */

const shownModels = 3;

export const recommend = defineCommand({
  name: 'recommend',
  summary: 'which model suits this machine',
  details:
    'Models of the catalogue that fit in memory and on the disk, with the speed to be expected: each token reads all weights once, so what was measured here with a model tells it, or else the memory and the cores. What luci test has proven here comes first.',
  options: {
    for: { kind: oneOf(['chat', 'code', 'tools', 'json']), value: 'WORD', summary: 'what it is for (default chat)' },
  },
  async run({ options, luci: open, show }) {
    const luci = await open();
    const { purpose, bytesPerSecond, basis, freeDiskBytes, models } = await luci.speed.recommend(options.for);
    const best = models.slice(0, shownModels);
    if (show.json) show.data({ for: purpose, bytesPerSecond, basis, freeDiskBytes, models: best.map(dataOf) });
    else if (show.quiet) for (const { name } of best) show.result(name);
    else if (best.length === 0) show.note('Nothing in the catalogue fits this machine for that.\n  luci clean\n  luci search --fits');
    else {
      show.result(recommendedTable(best, show.terminal));
      const how =
        basis === 'models' ? 'as measured here with a model' : 'reckoned; luci bench and luci test measure a model that is installed';
      show.note(show.terminal.style('dim', `Speeds: ${how}. ${formatBytes(bytesPerSecond)} of weights are read a second.`));
    }
    return best.length > 0 ? 0 : 3;
  },
});

function commandOf({ name, isInstalled }: Recommended): string {
  return `luci ${isInstalled ? 'chat' : 'install'} ${shellWord(name)}`;
}

function tierText({ proven, tier }: Recommended): string {
  if (!proven) return `tier ${tier}`;
  return proven.tier < 0 ? 'held no tier' : `tier ${proven.tier} proven`;
}

function dataOf(model: Recommended): unknown {
  const { name, tier, proven, sizeBytes, fits, isInstalled, tokensPerSecond, isMeasured } = model;
  return {
    name,
    tier,
    proven: proven?.tier ?? null,
    sizeBytes,
    fits,
    installed: isInstalled,
    tokensPerSecond,
    isMeasured,
    command: commandOf(model),
  };
}

function recommendedTable(models: readonly Recommended[], terminal: Terminal): string {
  const rows = models.map((model) => [
    model.name,
    tierText(model),
    sizeText(model),
    `${model.isMeasured ? '' : 'about '}${Math.round(model.tokensPerSecond)} tokens/s`,
    commandOf(model),
  ]);
  const columns = [
    { title: '' },
    { title: '', dropOrder: 1 },
    { title: '', align: 'right', dropOrder: 2 },
    { title: '', align: 'right', dropOrder: 3 },
    { title: '' },
  ] as const;
  return table(columns, rows, terminal, { header: false }).join('\n');
}
