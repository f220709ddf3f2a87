import type { DescribedFile } from '../../app/describe-file.ts';
import type { CatalogedModel, DescribedModel } from '../../app/models.ts';
import type { RemoteModel } from '../../app/remotes.ts';
import type { Model } from '../../base/model.ts';
import { formatBytes, formatParameters } from '../../base/units.ts';
import { aboutModel } from '../../catalog/about-model.ts';
import { type AdvisedSampling, advisedSampling } from '../../catalog/advised-sampling.ts';
import { licenceAddress, releasedIn } from '../../catalog/published-facts.ts';
import type { ListedModel } from '../../install/choose-installed.ts';
import { stateOfModel } from '../../install/model-state.ts';
import { kindOf } from '../../sources/kinds.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { catalogData, fitText, purposesText, sizeText } from '../show/catalog-rows.ts';
import { installedData } from '../show/installed-rows.ts';
import { kindText } from '../show/kind-text.ts';
import type { Terminal } from '../show/terminal.ts';
import { cut, pad, printable, wrapAll } from '../show/text.ts';

/** `luci show`: all about one model, installed or not. */
export const showModel = defineCommand({
  name: 'show',
  modelsFrom: 'catalogue',
  aliases: ['info'],
  operands: '<model>',
  details:
    'The path of a .gguf file tells what the file says of itself; it need not be installed. Of a model of an endpoint it tells what was read last.',
  example: 'llama3.2',
  summary: 'all about one model',
  run: (context) => describeModel(context, context.operands[0] ?? ''),
});

/** Tells all about one model. */
export async function describeModel({ luci, show }: CommandContext, reference: string): Promise<number> {
  const described = await (await luci()).models.describe(reference);
  const { cataloged, installed, file, remote } = described;
  if (show.json && file) show.data({ ...fileData(file), installed: installed ? installedData(installed) : null });
  else if (show.json && remote) show.data(remote);
  else if (show.json) {
    const { about = null, licenseUrl = null, released = null } = publishedOf(cataloged?.model);
    show.data({
      ...(cataloged && { ...(catalogData(cataloged) as object), about, licenseUrl, released }),
      name: described.name,
      sampling: advisedSampling(described.name) ?? null,
      installed: installed ? installedData(installed) : null,
    });
  } else if (show.quiet) show.result(printable(described.name));
  else show.result(lines(factsOf(described, show.terminal), show.terminal));
  return 0;
}

function factsOf(described: DescribedModel, terminal: Terminal): readonly Fact[] {
  const { file, remote } = described;
  if (remote) return remoteFacts(remote);
  return file ? fileFacts(file, described, terminal) : facts(described, terminal);
}

type Fact = readonly [label: string, value: string | undefined];

function facts({ name, cataloged, installed, maxOpenedTokens }: DescribedModel, terminal: Terminal): readonly Fact[] {
  const model = cataloged?.model;
  const published = publishedOf(model);
  const read = installed?.facts;
  const [file] = model?.files ?? [];
  const [from, ...others] = file?.sources ?? [];
  return [
    ['name', name],
    ['about', published.about],
    ['aliases', model?.aliases.join(', ')],
    ['family', model?.family],
    ['tier', model && String(model.tier)],
    ['kind', kindText(read?.kind)],
    ['purposes', purposesText(model)],
    ['parameters', parametersText(read?.parametersB ?? model?.parametersB, model?.activeParametersB)],
    ['quantization', read?.quantization ?? model?.quantization],
    ['context', openedText(read?.contextLength ?? model?.contextLength, maxOpenedTokens)],
    ['architecture', read?.architecture ?? model?.architecture],
    ['licence', [model?.license, published.licenseUrl].filter(Boolean).join(', ')],
    ['released', published.released],
    ['size', installed ? formatBytes(installed.sizeBytes) : cataloged && sizeText(cataloged)],
    ['memory at 4k', memoryText(installed ?? cataloged, terminal)],
    ['sampling', samplingText(advisedSampling(name))],
    ['source', from && kindOf(from).describe(from)],
    ['revision', from?.kind === 'hub' ? from.revision : undefined],
    ['also from', others.map((source) => kindOf(source).describe(source)).join(', ')],
    ['sha256', installed?.files[0]?.sha256 ?? file?.sha256],
    ['note', model?.note],
    ['installed', installed ? installed.path : 'no'],
    ['state', installed && stateText(installed)],
    ['abilities', abilitiesText(installed)],
    ['problem', installed?.problem],
  ];
}

/** What is known of a model of the catalogue beside its file. */
function publishedOf(model: Model | undefined): { readonly about?: string; readonly licenseUrl?: string; readonly released?: string } {
  return model ? { about: aboutModel(model), licenseUrl: licenceAddress(model), released: releasedIn(model.name) } : {};
}

/** A file that need not be installed. */
function fileFacts(
  { path, sizeBytes, facts: read, memoryBytes, contextLength }: DescribedFile,
  { maxOpenedTokens, installed }: DescribedModel,
  { marks }: Terminal,
): readonly Fact[] {
  // How long the texts of the file itself are nobody knows.
  const said = (text: string | undefined): string | undefined => text && cut(text, 200, marks.ellipsis);
  return [
    ['file', path],
    ['says it is', said(read.name)],
    ['kind', kindText(read.kind)],
    ['architecture', said(read.architecture)],
    ['parameters', parametersText(read.parameters / 1e9, undefined)],
    ['quantization', read.quantization],
    ['context', openedText(read.contextLength, maxOpenedTokens)],
    ['size', formatBytes(sizeBytes)],
    ['memory', `${formatBytes(memoryBytes)} with ${contextText(contextLength)} of context`],
    ['installed', installed && `as ${installed.name}`],
    ['state', installed && stateText(installed)],
    ['problem', installed?.problem],
    ['parts', read.splitCount === undefined ? undefined : `part ${(read.splitIndex ?? 0) + 1} of ${read.splitCount}`],
  ];
}

/** A model of an endpoint. */
function remoteFacts({
  name,
  remote,
  url,
  model,
  contextLength,
  trainedContextLength,
  openedTokens,
}: NonNullable<DescribedModel['remote']>): readonly Fact[] {
  return [
    ['name', name],
    ['endpoint', `${remote}, ${url}`],
    ['there called', model],
    ['context', `${contextText(openedTokens)}${whyTokens({ contextLength, openedTokens })}`],
    ['trained for', contextText(trainedContextLength)],
  ];
}

function whyTokens({ contextLength, openedTokens }: Pick<RemoteModel, 'contextLength' | 'openedTokens'>): string {
  if (contextLength === undefined) return ' assumed, the endpoint states none; --context says how many there are';
  return openedTokens === contextLength ? ', as the endpoint states' : `; the endpoint states ${contextLength.toLocaleString('en')}`;
}

function fileData({ path, sizeBytes, facts: read, memoryBytes, contextLength }: DescribedFile): object {
  const { kind, architecture, name = null, quantization, parameters, contextLength: trained = null } = read;
  return {
    path,
    sizeBytes,
    name,
    kind,
    architecture,
    parametersB: parameters / 1e9,
    quantization,
    contextLength: trained,
    memory: { contextLength, bytes: memoryBytes },
  };
}

function samplingText(advised: AdvisedSampling | undefined): string | undefined {
  if (!advised) return undefined;
  const { temperature, topP, topK, minP, repeatPenalty } = advised;
  const stated = Object.entries({ temperature, 'top-p': topP, 'top-k': topK, 'min-p': minP, 'repeat penalty': repeatPenalty });
  return `${stated.flatMap(([what, value]) => (value === undefined ? [] : [`${what} ${value}`])).join(', ')}, as its makers advise`;
}

function memoryText(known: Pick<CatalogedModel, 'memoryBytes' | 'fits'> | undefined, terminal: Terminal): string | undefined {
  return known && `${formatBytes(known.memoryBytes)}, fits: ${fitText(known.fits, terminal)}`;
}

function parametersText(parametersB: number | undefined, activeB: number | undefined): string | undefined {
  if (!parametersB) return undefined;
  return `${formatParameters(parametersB)}${activeB ? `, ${formatParameters(activeB)} at work for each token` : ''}`;
}

function contextText(contextLength: number | undefined): string | undefined {
  return contextLength === undefined ? undefined : `${contextLength.toLocaleString('en')} tokens`;
}

/** What it was trained for, and what of that it gets where nobody says more. */
function openedText(contextLength = 0, maxOpened = contextLength): string | undefined {
  if (contextLength === 0) return undefined;
  const trained = contextText(contextLength);
  return contextLength <= maxOpened ? trained : `${trained}, ${maxOpened.toLocaleString('en')} unless --context says more`;
}

function stateText(model: NonNullable<DescribedModel['installed']>): string {
  const { enabled, isDefault } = model;
  const state = stateOfModel(model);
  const digest = state === 'recorded' ? 'digest recorded, nobody vouched for it' : state;
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
      const text = wrapAll(printable(value), limit - width).join(`\n${' '.repeat(width)}`);
      return isNarrow ? `${title}\n${' '.repeat(width)}${text}` : `${title}${text}`;
    })
    .join('\n');
}

/** What suites beyond the tiers have shown: `context up to 8k tokens (2k 100 %, 4k 67 %)`. */
function abilitiesText(installed: ListedModel | undefined): string | undefined {
  const texts = Object.entries(installed?.abilities ?? {}).map(([suite, { shares, intervals = {}, effectiveContext }]) => {
    const parts = Object.entries(shares).map(([name, share]) => {
      const interval = effectiveContext === undefined ? intervals[name] : undefined;
      const reach = interval ? ` [${interval[0]}-${interval[1]}]` : '';
      return `${name.replace(`${suite} `, '')} ${Math.round(share * 100)} %${reach}`;
    });
    const reach = effectiveContext === undefined ? '' : ` up to ${effectiveContext / 1000}k tokens`;
    return `${suite}${reach} (${parts.join(', ')})`;
  });
  return texts.length === 0 ? undefined : texts.join('; ');
}
