import { LuciError } from '../../base/errors.ts';
import { formatBytes, formatParameters } from '../../base/units.ts';
import { type InstallPlan, requireDiskRoom } from '../../install/plan.ts';
import type { Command } from '../command.ts';
import { confirm } from '../confirm.ts';
import { fetchModel } from '../install-models.ts';
import { sourceOption } from '../options.ts';
import type { Show } from '../show/show.ts';
import { table } from '../show/table.ts';

/** `luci install`: plan, question, download. */
export const install: Command = {
  name: 'install',
  aliases: ['download', 'pull'],
  operands: '<model>...',
  summary: 'fetch and verify models by name',
  options: {
    source: { type: 'string', value: 'hub|pip', summary: 'fetch from this kind of source only' },
    'dry-run': { type: 'boolean', summary: 'show the plan and fetch nothing' },
    'keep-partial': { type: 'boolean', summary: 'keep what was fetched on Ctrl+C' },
  },
  async run(context) {
    const { operands, options, show, signal } = context;
    if (operands.length === 0) throw new LuciError('USAGE', 'Which model?', { hint: 'luci install smollm2-135m' });
    const luci = await context.luci(sourceOption(options));
    const models = [...new Set(await luci.resolve(operands))];
    const plan = await luci.plan(models);
    const isDry = options['dry-run'] === true;
    if (show.json && isDry) show.data(planData(plan));
    const missing = plan.items.filter((item) => item.action === 'fetch');
    if (!show.json) showPlan(plan, show, isDry);
    if (isDry) return 0;
    requireDiskRoom(plan);
    if (missing.length > 0 && (plan.bytesToFetch > luci.settings.download.confirmAboveBytes || !plan.isSizeKnown)) {
      const amount = plan.isSizeKnown ? formatBytes(plan.bytesToFetch) : `about ${formatBytes(plan.bytesToFetch)}`;
      if (!(await confirm(`Fetch ${amount} now?`, context))) {
        show.note('Nothing was fetched.');
        return 0;
      }
    }
    const keepPartial = options['keep-partial'] === true || luci.settings.download.keepPartial;
    for (const { model, action } of plan.items) {
      if (action === 'fetch') await fetchModel(luci, model, { show, signal, keepPartial });
      else if (!show.json) show.result(`${model.name} is installed and verified.`);
      else show.data({ type: 'present', model: model.name });
      if (!show.json && !show.quiet) show.result(usage(model.name, show));
    }
    return 0;
  },
};

function usage(name: string, show: Show): string {
  return show.terminal.style('dim', `  luci ask -m ${name} "…"`.replace('…', show.terminal.marks.ellipsis), 'out');
}

function showPlan(plan: InstallPlan, show: Show, isDry: boolean): void {
  const missing = plan.items.filter((item) => item.action === 'fetch');
  // One small model needs no table, only what it is.
  if (missing.length === 0 || (missing.length === 1 && plan.isSizeKnown && plan.bytesToFetch <= 1e9 && !isDry)) return;
  const rows = plan.items.map(({ model, sizeBytes, isSizeKnown, memoryBytes, fits, action }) => [
    model.name,
    formatParameters(model.parametersB),
    model.quantization,
    action === 'present' ? 'installed' : `${isSizeKnown ? '' : 'about '}${formatBytes(sizeBytes)}`,
    formatBytes(memoryBytes),
    show.terminal.style(({ yes: 'good', tight: 'care', no: 'bad' } as const)[fits], fits),
    model.license,
  ]);
  const columns = [
    { title: 'Plan' },
    { title: 'params', align: 'right', dropOrder: 3 },
    { title: 'quant', dropOrder: 5 },
    { title: 'size', align: 'right' },
    { title: 'memory at 4k', align: 'right', dropOrder: 4 },
    { title: 'fits', dropOrder: 1 },
    { title: 'licence', dropOrder: 2 },
  ] as const;
  const text = table(columns, rows, show.terminal).join('\n');
  const total = `  to fetch ${plan.isSizeKnown ? '' : 'about '}${formatBytes(plan.bytesToFetch)}; free on disk ${formatBytes(plan.room.freeDiskBytes)}`;
  if (isDry) show.result(`${text}\n${total}`);
  else show.note(`${text}\n${total}`);
}

function planData(plan: InstallPlan): unknown {
  return {
    bytesToFetch: plan.bytesToFetch,
    isSizeKnown: plan.isSizeKnown,
    freeDiskBytes: plan.room.freeDiskBytes,
    models: plan.items.map(({ model, ...item }) => ({
      name: model.name,
      license: model.license,
      quantization: model.quantization,
      files: model.files.map((file) => file.name),
      ...item,
    })),
  };
}
