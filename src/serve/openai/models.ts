import type { ServeContext } from '../context.ts';
import { capabilitiesOf, type ServedModel, servedModel, servedModels } from '../model-list.ts';

/** GET /v1/models and /v1/models/{id}. */
export async function listModels({ luci }: ServeContext): Promise<Response> {
  return Response.json({ object: 'list', data: (await servedModels(luci)).map(modelOf) });
}

/** @throws MODEL_NOT_INSTALLED, MODEL_UNKNOWN, MODEL_DISABLED */
export async function oneModel({ luci }: ServeContext, id: string): Promise<Response> {
  return Response.json(modelOf(await servedModel(luci, id)));
}

/** `context_length` and `meta.n_ctx` are what different clients look for. */
function modelOf(model: ServedModel): unknown {
  return {
    id: model.name,
    object: 'model',
    created: model.installedAt,
    owned_by: 'luci',
    context_length: model.contextLength,
    capabilities: capabilitiesOf(model),
    meta: { n_ctx: model.contextLength, n_ctx_train: model.trainedContextLength, size: model.sizeBytes, proven_tier: model.provenTier },
  };
}
