import { formatBytes, formatParameters } from '../../base/units.ts';
import type { ListedModel } from '../../luci.ts';
import type { Command } from '../command.ts';
import { table } from '../show/table.ts';
import type { Terminal } from '../show/terminal.ts';
import { printable } from '../show/text.ts';

/** `luci list`: what is installed. */
export const list: Command = {
  name: 'list',
  aliases: ['ls'],
  summary: 'installed models',
  async run({ luci, show }) {
    const models = await (await luci()).list();
    if (show.json) show.data(models.map(listed));
    else if (show.quiet) for (const { name } of models) show.result(printable(name));
    else if (models.length === 0)
      show.note(
        'No model is installed.\n  luci ask "…" fetches the starter\n  luci install llama3.2'.replace('…', show.terminal.marks.ellipsis),
      );
    else show.result(listText(models, show.terminal));
    return 0;
  },
};

function listText(models: readonly ListedModel[], terminal: Terminal): string {
  const { marks } = terminal;
  const rows = models.map(({ name, entry, facts, sizeBytes, fits, enabled, isDefault, problem, verified }) => [
    isDefault ? marks.bullet : ' ',
    printable(name),
    entry ? String(entry.tier) : marks.none,
    facts?.parametersB ? formatParameters(facts.parametersB) : marks.none,
    facts?.quantization ?? marks.none,
    formatBytes(sizeBytes),
    entry?.purposes.join(', ') ?? marks.none,
    terminal.style(({ yes: 'good', tight: 'care', no: 'bad' } as const)[fits], fits, 'out'),
    problem ? 'broken' : [isDefault ? 'default' : '', enabled ? '' : 'disabled', verified ? '' : 'not verified'].filter(Boolean).join(', '),
  ]);
  const columns = [
    { title: ' ' },
    { title: 'name' },
    { title: 'tier' },
    { title: 'params', align: 'right', dropOrder: 4 },
    { title: 'quant', dropOrder: 6 },
    { title: 'size', align: 'right', dropOrder: 1 },
    { title: 'purposes', dropOrder: 7 },
    { title: 'fits', dropOrder: 3 },
    { title: '', dropOrder: 2 },
  ] as const;
  const total = models.reduce((sum, model) => sum + model.sizeBytes, 0);
  const count = `${models.length} ${models.length === 1 ? 'model' : 'models'}, ${formatBytes(total)}`;
  return [...table(columns, rows, terminal), terminal.style('dim', count, 'out')].join('\n');
}

/** The shape of `list --json`. */
function listed({
  name,
  entry,
  facts,
  sizeBytes,
  path,
  files,
  verified,
  enabled,
  isDefault,
  source,
  installedAt,
  fits,
  problem,
}: ListedModel): unknown {
  return {
    name,
    tier: entry?.tier ?? null,
    purposes: entry?.purposes ?? [],
    parametersB: facts?.parametersB ?? null,
    quantization: facts?.quantization ?? null,
    sizeBytes,
    contextLength: facts?.contextLength ?? null,
    path,
    sha256: files[0]?.sha256 ?? null,
    verified,
    enabled,
    default: isDefault,
    source: source ?? null,
    installedAt,
    fits,
    ...(problem ? { problem } : {}),
  };
}
