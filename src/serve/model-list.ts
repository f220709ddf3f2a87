import type { Luci } from '../app/luci.ts';
import type { ListedModel } from '../app/models.ts';
import { maxDefaultContextLength, minContextLength } from '../engine/defaults.ts';
import type { ModelKind } from '../gguf/file-kind.ts';

/** A model as the lists of all protocols have it. */
export interface ServedModel {
  readonly name: string;
  /** Seconds since 1970. */
  readonly installedAt: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly kind: ModelKind;
  readonly architecture: string;
  readonly parametersB: number | undefined;
  readonly quantization: string | undefined;
  /** Tokens it is served with: what it has in memory, else what it would be opened with at most. */
  readonly contextLength: number;
  readonly trainedContextLength: number | undefined;
  /** The highest tier that tests have proven of these bytes. */
  readonly provenTier: number | undefined;
}

/** Models that may be asked: installed, enabled and whole. */
export async function servedModels(luci: Luci): Promise<readonly ServedModel[]> {
  const [models, status] = await Promise.all([luci.list(), luci.engine.status()]);
  const open = new Map(status?.models.map(({ name, engine }) => [name, engine.contextLength]));
  const wanted = luci.settings.engine.contextLength;
  return models
    .filter(({ enabled, problem }) => enabled && problem === undefined)
    .map((model) => served(model, open.get(model.name), wanted));
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
