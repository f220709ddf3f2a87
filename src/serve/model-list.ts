import type { Luci } from '../app/luci.ts';
import type { ListedModel } from '../app/models.ts';
import type { RemoteModel } from '../app/remotes.ts';
import { LuciError } from '../base/errors.ts';
import { maxDefaultContextLength, minContextLength } from '../engine/defaults.ts';
import type { ModelKind } from '../gguf/file-kind.ts';

/** A model as the lists of all protocols have it. */
export interface ServedModel {
  readonly name: string;
  /** Seconds since 1970; 0 for a model elsewhere. */
  readonly installedAt: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly kind: ModelKind;
  readonly architecture: string;
  readonly parametersB: number | undefined;
  readonly quantization: string | undefined;
  /** Tokens it is served with: what it has in memory, else what it would be opened with at most; of a model elsewhere what its endpoint states. */
  readonly contextLength: number;
  readonly trainedContextLength: number | undefined;
  /** The highest tier that tests have proven of these bytes. */
  readonly provenTier: number | undefined;
}

/** Models that may be asked: installed, enabled and whole, and those of endpoints elsewhere as their lists were read last. */
export async function servedModels(luci: Luci, signal?: AbortSignal): Promise<readonly ServedModel[]> {
  const [models, status, elsewhere] = await Promise.all([luci.list(), luci.engine.status(), luci.remotes.known(signal)]);
  const open = new Map(status?.models.map(({ name, engine }) => [name, engine.contextLength]));
  const wanted = luci.settings.engine.contextLength;
  const here = models
    .filter(({ enabled, problem }) => enabled && problem === undefined)
    .map((model) => served(model, open.get(model.name), wanted));
  return [...here, ...elsewhere.map(servedElsewhere)];
}

/**
 * The one that a name, an alias or a reference stands for.
 * @throws MODEL_NOT_INSTALLED, MODEL_UNKNOWN, MODEL_DISABLED
 */
export async function servedModel(luci: Luci, reference: string): Promise<ServedModel> {
  const [models, meant] = await Promise.all([servedModels(luci), luci.aliases.meant(reference)]);
  const named = models.find((model) => model.name === meant);
  if (named) return named;
  const { name } = await luci.models.installed(meant);
  const model = models.find((one) => one.name === name);
  if (!model) throw new LuciError('MODEL_DISABLED', `${name} is disabled.`, { hint: `luci llm enable ${name}` });
  return model;
}

function servedElsewhere({ name, openedTokens, trainedContextLength }: RemoteModel): ServedModel {
  return {
    name,
    installedAt: 0,
    sizeBytes: 0,
    sha256: '',
    kind: 'chat',
    architecture: 'unknown',
    parametersB: undefined,
    quantization: undefined,
    contextLength: openedTokens,
    trainedContextLength,
    provenTier: undefined,
  };
}

function served(model: ListedModel, openLength: number | undefined, wanted: number | undefined): ServedModel {
  const { name, facts, files, sizeBytes, proven } = model;
  const trained = facts?.contextLength;
  return {
    name,
    installedAt: Math.floor(Date.parse(model.installedAt) / 1000) || 0,
    sizeBytes,
    sha256: files[0]?.sha256 ?? '',
    kind: facts?.kind ?? 'chat',
    architecture: facts?.architecture ?? 'unknown',
    parametersB: facts?.parametersB,
    quantization: facts?.quantization,
    contextLength: openLength ?? Math.min(trained ?? minContextLength, wanted ?? maxDefaultContextLength),
    trainedContextLength: trained,
    provenTier: proven?.tier,
  };
}

/** What a model can do, in the words clients look for. */
export function capabilitiesOf({ kind }: ServedModel): string[] {
  if (kind === 'embedding') return ['embedding'];
  if (kind === 'reranker') return [];
  return kind === 'chat' ? ['completion', 'tools'] : ['completion'];
}
