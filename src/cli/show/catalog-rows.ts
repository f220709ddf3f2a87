import type { CatalogedModel } from '../../app/models.ts';
import type { Model } from '../../base/model.ts';
import { formatBytes, formatParameters } from '../../base/units.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './text.ts';

/** Models of the catalogue as lines. */

const fitStyles = { yes: 'good', tight: 'care', no: 'bad' } as const;

/** Whether a model fits, in words and colour. */
export function fitText(fits: keyof typeof fitStyles, terminal: Terminal): string {
  return terminal.style(fitStyles[fits], fits, 'out');
}

/** Bytes of a model's files; `~` says that nobody stated them and they are reckoned from the parameters. */
export function sizeText({ sizeBytes, isSizeKnown }: Pick<CatalogedModel, 'sizeBytes' | 'isSizeKnown'>): string {
  return `${isSizeKnown ? '' : '~'}${formatBytes(sizeBytes)}`;
}

/** What a model is made for; images are not for luci. */
export function purposesText({ purposes }: Pick<Model, 'purposes'> = { purposes: [] }): string {
  return purposes.map((purpose) => (purpose === 'vision' ? 'vision (text only here)' : purpose)).join(', ');
}

/** One line a model: mark of being installed, name, facts, and whether it fits. */
export function catalogRows(
  models: readonly CatalogedModel[],
  terminal: Terminal,
  { withTier = false, header = false, indent = '' } = {},
): string[] {
  const rows = models.map((item) => [
    item.installed ? terminal.style('good', terminal.marks.done, 'out') : ' ',
    printable(item.model.name),
    String(item.model.tier),
    formatParameters(item.model.parametersB),
    item.model.quantization,
    sizeText(item),
    fitText(item.fits, terminal),
    printable(purposesText(item.model)),
    printable(item.model.license),
  ]);
  const columns = [
    { title: '' },
    { title: 'name' },
    { title: 'tier', dropOrder: withTier ? 1 : 0 },
    { title: 'params', align: 'right', dropOrder: 5 },
    { title: 'quant', dropOrder: 6 },
    { title: 'size', align: 'right', dropOrder: 2 },
    { title: 'fits', dropOrder: 3 },
    { title: 'purposes', dropOrder: 7, minWidth: 16 },
    { title: 'licence', dropOrder: 8 },
  ] as const;
  const shown = columns.map((_, index) => index).filter((index) => withTier || index !== 2);
  const pick = <T>(cells: readonly T[]): T[] => shown.map((index) => cells[index]).filter((cell) => cell !== undefined);
  return table(pick(columns), rows.map(pick), terminal, { header, indent });
}

/** The shape of a model in `--json` of `llm list all`, `search` and `models info`. */
export function catalogData({ model, installed, fits, sizeBytes, isSizeKnown, memoryBytes }: CatalogedModel): unknown {
  const { files, ...facts } = model satisfies Model;
  return {
    ...facts,
    sizeBytes: isSizeKnown ? sizeBytes : null,
    memoryBytes,
    fits,
    installed: installed !== undefined,
    enabled: installed?.enabled ?? null,
    files: files.map((file) => ({
      name: file.name,
      sizeBytes: file.sizeBytes ?? null,
      sha256: file.sha256 ?? null,
      sources: file.sources,
    })),
  };
}
