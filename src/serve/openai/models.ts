import { LuciError } from '../../base/errors.ts';
import type { ServeContext } from '../context.ts';
import { capabilitiesOf, type ServedModel, servedModels } from '../model-list.ts';

/** GET /v1/models and /v1/models/{id}. */
export async function listModels({ luci }: ServeContext): Promise<Response> {
  return Response.json({ object: 'list', data: (await servedModels(luci)).map(modelOf) });
}

/** @throws MODEL_NOT_INSTALLED, MODEL_UNKNOWN */
export async function oneModel({ luci }: ServeContext, id: string): Promise<Response> {
  const { name } = await luci.models.installed(id);
  const model = (await servedModels(luci)).find((one) => one.name === name);
  if (!model) throw new LuciError('MODEL_DISABLED', `${name} is disabled.`, { hint: `luci llm enable ${name}` });
  return Response.json(modelOf(model));
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
