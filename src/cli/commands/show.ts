import type { DescribedModel } from '../../app/models.ts';
import { formatBytes, formatParameters } from '../../base/units.ts';
import { kindOf } from '../../sources/kinds.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { catalogData, fitText, sizeText } from '../show/catalog-rows.ts';
import { installedData } from '../show/installed-rows.ts';
import type { Terminal } from '../show/terminal.ts';
import { pad, printable, wrapAll } from '../show/text.ts';

/** `luci show`: all about one model, installed or not. */
export const showModel = defineCommand({
  name: 'show',
  aliases: ['info'],
  operands: '<model>',
  example: 'llama3.2',
  summary: 'all about one model',
  run: (context) => describeModel(context, context.operands[0] ?? ''),
});

/** Tells all about one model. */
export async function describeModel({ luci, show }: CommandContext, reference: string): Promise<number> {
  const described = await (await luci()).models.describe(reference);
  const { cataloged, installed } = described;
  if (show.json) {
    show.data({
      ...(cataloged && (catalogData(cataloged) as object)),
      name: described.name,
      installed: installed ? installedData(installed) : null,
    });
  } else if (show.quiet) show.result(printable(described.name));
  else show.result(lines(facts(described, show.terminal), show.terminal));
  return 0;
}

type Fact = readonly [label: string, value: string | undefined];

function facts({ name, cataloged, installed }: DescribedModel, terminal: Terminal): readonly Fact[] {
  const model = cataloged?.model;
  const read = installed?.facts;
  const [file] = model?.files ?? [];
  const [from, ...others] = file?.sources ?? [];
  return [
    ['name', name],
    ['aliases', model?.aliases.join(', ')],
    ['family', model?.family],
    ['tier', model && String(model.tier)],
    ['purposes', model?.purposes.join(', ')],
    ['parameters', parametersText(read?.parametersB ?? model?.parametersB, model?.activeParametersB)],
    ['quantization', read?.quantization ?? model?.quantization],
    ['context', contextText(read?.contextLength ?? model?.contextLength)],
    ['architecture', read?.architecture ?? model?.architecture],
    ['licence', model?.license],
    ['size', installed ? formatBytes(installed.sizeBytes) : cataloged && sizeText(cataloged)],
    ['memory at 4k', cataloged && `${formatBytes(cataloged.memoryBytes)}, fits: ${fitText(cataloged.fits, terminal)}`],
    ['source', from && kindOf(from).describe(from)],
    ['revision', from?.kind === 'hub' ? from.revision : undefined],
    ['also from', others.map((source) => kindOf(source).describe(source)).join(', ')],
    ['sha256', installed?.files[0]?.sha256 ?? file?.sha256],
    ['note', model?.note],
    ['installed', installed ? installed.path : 'no'],
    ['state', installed && stateText(installed)],
    ['problem', installed?.problem],
  ];
}

function parametersText(parametersB: number | undefined, activeB: number | undefined): string | undefined {
  if (!parametersB) return undefined;
  return `${formatParameters(parametersB)}${activeB ? `, ${formatParameters(activeB)} at work for each token` : ''}`;
}

function contextText(contextLength: number | undefined): string | undefined {
  return contextLength === undefined ? undefined : `${contextLength.toLocaleString('en')} tokens`;
}

function stateText({ enabled, isDefault, verified, vouched }: NonNullable<DescribedModel['installed']>): string {
  const digest = verified ? (vouched ? 'verified' : 'digest recorded, nobody vouched for it') : 'not verified';
  return [enabled ? 'enabled' : 'disabled', isDefault ? 'default' : '', digest].filter(Boolean).join(', ');
}

function lines(all: readonly Fact[], terminal: Terminal): string {
  const stated = all.filter((fact): fact is readonly [string, string] => fact[1] !== undefined && fact[1] !== '');
  const isNarrow = terminal.columns < 60;
  const limit = terminal.outIsTerminal ? terminal.columns : Number.POSITIVE_INFINITY;
  const width = isNarrow ? 2 : 14;
  return stated
    .map(([label, value]) => {
      const title = terminal.style('dim', pad(label, isNarrow ? 0 : width), 'out');
      // Digests and places are there to be copied: what is too long goes on in the next line, nothing is cut off.
      const text = wrapAll(value.includes('\u001b') ? value : printable(value), limit - width).join(`\n${' '.repeat(width)}`);
      return isNarrow ? `${title}\n${' '.repeat(width)}${text}` : `${title}${text}`;
    })
    .join('\n');
}
