import { LuciError } from '../../base/errors.ts';
import { shellWord } from '../../base/shell-word.ts';
import { formatBytes, formatParameters } from '../../base/units.ts';
import { type InstallPlan, requireDiskRoom } from '../../install/plan.ts';
import type { Command, CommandContext } from '../command.ts';
import { confirm } from '../confirm.ts';
import { fetchModel, importFile } from '../install-models.ts';
import { fetchOptions, fetchOverrides } from '../options.ts';
import type { Show } from '../show/show.ts';
import { table } from '../show/table.ts';
import { printable } from '../show/text.ts';

/** `luci install`: plan, question, download. */
export const install: Command = {
  name: 'install',
  aliases: ['download', 'pull'],
  operands: '<model>...',
  summary: 'fetch and verify models by name',
  details:
    '<model> is a name (llama3.2), a group (tier 1, core models, all models), a repository of the hub (owner/repo:Q4_K_M), an https address or a path of a .gguf file. What is asked above 1 GB, or where the size is unknown, is answered by -y.',
  options: {
    'dry-run': { type: 'boolean', summary: 'show the plan and fetch nothing' },
    copy: { type: 'boolean', summary: 'with a path: copy the file (default: a link, which takes no room)' },
    update: { type: 'boolean', summary: 'take what the source has now, not what was first installed' },
    ...fetchOptions,
  },
  async run(context) {
    const { operands, options, show, signal } = context;
    if (operands.length === 0) throw new LuciError('USAGE', 'Which model?', { hint: 'luci install smollm2-135m' });
    const luci = await context.luci(fetchOverrides(options));
    const targets = await luci.targets(operands, { update: options['update'] === true, signal });
    const plan = await luci.plan(
      targets.flatMap((target) => (target.kind === 'model' ? [target.model] : [])),
      { signal },
    );
    const isDry = options['dry-run'] === true;
    if (show.json && isDry) show.data(planData(plan));
    if (!show.json) showPlan(plan, show, isDry);
    if (isDry) return 0;
    requireDiskRoom(plan);
    if (!(await isAllowed(plan, luci.settings.download.confirmAboveBytes, context))) {
      show.note('Nothing was fetched.');
      return 0;
    }
    const { keepPartial } = luci.settings.download;
    const missing = plan.items.filter(({ action }) => action === 'fetch');
    const total = {
      models: missing.length,
      bytes: missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      doneModels: 0,
      doneBytes: 0,
    };
    for (const { model, action, sizeBytes } of plan.items) {
      if (action === 'fetch') {
        await fetchModel(luci, model, { show, signal, keepPartial, total });
        total.doneModels += 1;
        total.doneBytes += sizeBytes;
      } else if (show.json) show.data({ type: 'present', model: model.name });
      else show.result(`${model.name} is installed and verified.`);
      if (!show.json && !show.quiet) show.result(usage(model.name, show));
    }
    for (const target of targets) {
      if (target.kind !== 'file') continue;
      const { name, path, sizeBytes, vouched } = await importFile(luci, target.path, { show, signal, copy: options['copy'] === true });
      if (show.json) show.data({ type: 'imported', model: name, path, sizeBytes });
      else {
        show.note(
          `  ${show.terminal.style('good', show.terminal.marks.done)} ${printable(name)}  ${formatBytes(sizeBytes)}, sha256 ${vouched ? 'verified' : 'recorded'}`,
        );
        if (!show.quiet) show.result(usage(name, show));
      }
    }
    return 0;
  },
};

/** Above the limit, or where the size is unknown, a person is asked. */
async function isAllowed(plan: InstallPlan, confirmAboveBytes: number, context: CommandContext): Promise<boolean> {
  if (plan.bytesToFetch === 0 || (plan.isSizeKnown && plan.bytesToFetch <= confirmAboveBytes)) return true;
  return confirm(`Fetch ${plan.isSizeKnown ? '' : 'about '}${formatBytes(plan.bytesToFetch)} now?`, context);
}

function usage(name: string, show: Show): string {
  const shown = shellWord(printable(name));
  const next = [`luci ask -m ${shown} "${show.terminal.marks.ellipsis}"`, `luci chat -m ${shown}`, `luci test ${shown}`];
  const line = `  ${next.join('     ')}`;
  const fits = !show.terminal.outIsTerminal || line.length < show.terminal.columns;
  const lines = fits ? [line] : next.map((command) => `  ${command}`);
  return lines.map((text) => show.terminal.style('dim', text, 'out')).join('\n');
}

function showPlan(plan: InstallPlan, show: Show, isDry: boolean): void {
  const missing = plan.items.filter((item) => item.action === 'fetch');
  // One small model needs no table, only what it is.
  if (missing.length === 0 || (missing.length === 1 && plan.isSizeKnown && plan.bytesToFetch <= 1e9 && !isDry)) return;
  const rows = plan.items.map(({ model, sizeBytes, isSizeKnown, memoryBytes, fits, action }) => [
    `  ${printable(model.name)}`,
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
