import { shellWord } from '../../base/shell-word.ts';
import { formatBytes, formatParameters, plural } from '../../base/units.ts';
import type { ListedModel } from '../../install/choose-installed.ts';
import { stateOfModel } from '../../install/model-state.ts';
import { fitText, purposesText } from './catalog-rows.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './text.ts';

/** Installed models as a table for people and as data for programs. */

/** The table of `luci list`. */
export function installedTable(models: readonly ListedModel[], terminal: Terminal): string {
  const { marks } = terminal;
  const rows = models.map((model) => [
    model.isDefault ? marks.bullet : ' ',
    printable(model.name),
    model.entry ? String(model.entry.tier) : marks.none,
    provenText(model, terminal),
    model.facts?.parametersB ? formatParameters(model.facts.parametersB) : marks.none,
    model.facts?.quantization ?? marks.none,
    formatBytes(model.sizeBytes),
    purposesOf(model) || marks.none,
    model.problem ? marks.none : fitText(model.fits, terminal),
    stateText(model),
  ]);
  const columns = [
    { title: ' ' },
    { title: 'name' },
    { title: 'tier', dropOrder: 1 },
    { title: 'proven', dropOrder: 4 },
    { title: 'params', align: 'right', dropOrder: 5 },
    { title: 'quant', dropOrder: 6 },
    { title: 'size', align: 'right', dropOrder: 2 },
    { title: 'purposes', dropOrder: 7, minWidth: 16 },
    { title: 'fits', dropOrder: 4 },
    { title: '', dropOrder: 3 },
  ] as const;
  return table(columns, rows, terminal).join('\n');
}

/** As the catalogue says; else what its file says, where that is not a chat. */
function purposesOf({ entry, facts }: ListedModel): string {
  if (entry) return purposesText(entry);
  return facts?.kind === undefined || facts.kind === 'chat' ? '' : facts.kind;
}

/** Below the table: how much there is, and what to type next. */
export function installedCount(models: readonly ListedModel[], { marks }: Terminal): string {
  const total = models.reduce((sum, model) => sum + model.sizeBytes, 0);
  const disabled = models.find(({ enabled }) => !enabled);
  const count = `${plural(models.length, 'model')}, ${formatBytes(total)}.`;
  if (disabled) return `${count}  Enable one: luci llm enable ${shellWord(printable(disabled.name))}`;
  return `${count}  luci ask "${marks.ellipsis}"   luci chat   luci test`;
}

/** The tier that tests have shown, with a mark when it is the model's own or more; where none is held, how far it is from the lowest. */
function provenText({ proven, entry }: ListedModel, { marks, style }: Terminal): string {
  if (!proven) return marks.none;
  const { missed } = proven;
  if (proven.tier < 0) return style('bad', missed ? `tier ${missed.tier} ${missed.passed}/${missed.asked}` : marks.wrong, 'out');
  const isHeld = proven.tier >= (entry?.tier ?? 0);
  return `${proven.tier}${isHeld ? ` ${style('good', marks.done, 'out')}` : ''}`;
}

function stateText(model: ListedModel): string {
  const state = stateOfModel(model);
  if (state === 'broken' || state === 'damaged') return state;
  const { isDefault, enabled } = model;
  return [isDefault ? 'default' : '', enabled ? '' : 'disabled', state === 'not verified' ? state : ''].filter(Boolean).join(', ');
}

/** The shape of `list --json`. */
export function installedData(model: ListedModel): unknown {
  const { name, entry, facts, sizeBytes, path, files, verified, enabled, isDefault, source, installedAt, fits, problem } = model;
  return {
    name,
    tier: entry?.tier ?? null,
    purposes: entry?.purposes ?? [],
    kind: facts?.kind ?? null,
    parametersB: facts?.parametersB ?? null,
    quantization: facts?.quantization ?? null,
    sizeBytes,
    contextLength: facts?.contextLength ?? null,
    memoryBytes: model.memoryBytes,
    path,
    sha256: files[0]?.sha256 ?? null,
    verified,
    state: stateOfModel(model),
    enabled,
    default: isDefault,
    source: source ?? null,
    installedAt,
    fits,
    proven: model.proven
      ? {
          tier: model.proven.tier,
          missed: model.proven.missed ?? null,
          confirmed: model.proven.confirmed,
          suiteHash: model.proven.suiteHash,
        }
      : null,
    abilities: model.abilities ?? {},
    speed: model.speed ? { at: model.speed.at, engine: model.speed.engine, rows: model.speed.rows } : null,
    problem,
  };
}
