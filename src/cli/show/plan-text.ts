import { freeText } from '../../base/free-space.ts';
import { formatBytes, formatParameters } from '../../base/units.ts';
import { type InstallPlan, isSizeGuessable, type PlanItem } from '../../install/plan.ts';
import type { FileToTake } from '../../install/prepare.ts';
import { fitText } from './catalog-rows.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './text.ts';

/** The plan of an install, for people and for programs. */

/** A table of the models, and a line for each file of this machine. */
export function planText(plan: InstallPlan, files: readonly FileToTake[], copy: boolean, terminal: Terminal): string {
  const lines = plan.items.length === 0 ? [] : modelLines(plan, terminal);
  const how = copy ? 'copy' : 'link';
  return [...lines, ...files.map(({ path, sizeBytes }) => `  to ${how} ${printable(path)}  ${formatBytes(sizeBytes)}`)].join('\n');
}

function modelLines(plan: InstallPlan, terminal: Terminal): string[] {
  const columns = [
    { title: 'Plan' },
    { title: 'params', align: 'right', dropOrder: 3 },
    { title: 'quant', dropOrder: 5 },
    { title: 'size', align: 'right' },
    { title: 'memory at 4k', align: 'right', dropOrder: 4 },
    { title: 'fits', dropOrder: 1 },
    { title: 'licence', dropOrder: 2 },
  ] as const;
  const rows = plan.items.map((item) => row(item, terminal));
  const free = `free on disk ${freeText(plan.room.freeDiskBytes)}`;
  const last = plan.items.every(({ action }) => action !== 'fetch') ? 'nothing to fetch' : `to fetch ${fetchText(plan)}; ${free}`;
  return [...table(columns, rows, terminal), `  ${last}`];
}

function row(item: PlanItem, terminal: Terminal): string[] {
  const { model, sizeBytes, isSizeKnown, memoryBytes, fits, action } = item;
  const { none } = terminal.marks;
  const isGuessable = isSizeGuessable(item);
  const size = isGuessable ? `${isSizeKnown ? '' : 'about '}${formatBytes(sizeBytes)}` : 'unknown';
  return [
    `  ${printable(model.name)}`,
    model.parametersB > 0 ? formatParameters(model.parametersB) : none,
    model.quantization === 'unknown' ? none : model.quantization,
    { present: 'installed', verify: 'to verify', fetch: size }[action],
    isGuessable ? formatBytes(memoryBytes) : none,
    isGuessable ? fitText(fits, terminal) : none,
    printable(model.license),
  ];
}

/** How much there is to fetch, as far as it is known. */
export function fetchText(plan: InstallPlan): string {
  const missing = plan.items.filter(({ action }) => action === 'fetch');
  const bytes = `${plan.isSizeKnown ? '' : 'about '}${formatBytes(plan.bytesToFetch)}`;
  if (missing.every(isSizeGuessable)) return bytes;
  return plan.bytesToFetch > 0 ? `${bytes} and files of unknown size` : 'a file of unknown size';
}

/** The shape of `install --dry-run --json`. */
export function planData(plan: InstallPlan, files: readonly FileToTake[], copy: boolean): unknown {
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
    paths: files.map((file) => ({ ...file, action: copy ? 'copy' : 'link' })),
  };
}
