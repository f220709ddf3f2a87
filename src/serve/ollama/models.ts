import * as v from 'valibot';
import { version } from '../../base/version.ts';
import type { ServeContext } from '../context.ts';
import { capabilitiesOf, type ServedModel, servedModel, servedModels } from '../model-list.ts';
import { vectorsOf } from '../openai/embeddings.ts';
import type { Checked } from '../route.ts';

/** What Ollama's clients ask of models: lists, one model, what is in memory, vectors. */

/** GET /api/version: clients compare it with the version that first had what they need. */
export function versionOf(): Response {
  return Response.json({ version: '0.12.0', luci: version });
}

/** GET /api/tags */
export async function tags({ luci }: ServeContext): Promise<Response> {
  return Response.json({ models: (await servedModels(luci)).map(tagOf) });
}

function tagOf(model: ServedModel): object {
  const { name, installedAt, sizeBytes, sha256 } = model;
  return {
    name,
    model: name,
    modified_at: new Date(installedAt * 1000).toISOString(),
    size: sizeBytes,
    digest: sha256,
    details: detailsOf(model),
    capabilities: capabilitiesOf(model),
  };
}

function detailsOf({ architecture, parametersB, quantization, contextLength }: ServedModel): object {
  return {
    parent_model: '',
    format: 'gguf',
    family: architecture,
    families: [architecture],
    parameter_size: parametersB === undefined ? '' : parametersLabel(parametersB),
    quantization_level: quantization ?? '',
    context_length: contextLength,
  };
}

function parametersLabel(billions: number): string {
  return billions < 1 ? `${(billions * 1000).toFixed(2)}M` : `${billions.toFixed(1)}B`;
}

export const namedFields = { model: v.nullish(v.string()), name: v.nullish(v.string()) };

interface Named {
  readonly model?: string | null;
  readonly name?: string | null;
}

/** In a pipe: one of the two names a model. */
export const namesModel = <T extends Named>(): v.CheckAction<T, string> =>
  v.check(({ model, name }) => Boolean(model || name), 'an object that names a "model"');

/** A body that names a model. */
export const namedSchema = v.pipe(v.object(namedFields), namesModel());

/** The model a body names; older clients say `name`. */
export function namedIn({ model, name }: Checked<typeof namedSchema>): string {
  return model || name || '';
}

/** POST /api/show */
export async function show({ luci }: ServeContext, body: Checked<typeof namedSchema>): Promise<Response> {
  const model = await servedModel(luci, namedIn(body));
  const { architecture, parametersB, contextLength, trainedContextLength } = model;
  return Response.json({
    details: detailsOf(model),
    model_info: {
      'general.architecture': architecture,
      'general.parameter_count': parametersB === undefined ? undefined : Math.round(parametersB * 1e9),
      // Clients fill it: what is served, not what was trained.
      [`${architecture}.context_length`]: contextLength,
      'luci.trained_context_length': trainedContextLength,
    },
    capabilities: capabilitiesOf(model),
    modified_at: new Date(model.installedAt * 1000).toISOString(),
    template: '',
    parameters: '',
    license: '',
  });
}

/** GET /api/ps */
export async function inMemory({ luci }: ServeContext): Promise<Response> {
  const [status, models] = await Promise.all([luci.engine.status(), servedModels(luci)]);
  const found = (status?.models ?? []).flatMap(({ name, memoryBytes, leavesInSeconds, engine }) => {
    const model = models.find((one) => one.name === name);
    if (!model) return [];
    const expires = new Date(Date.now() + (leavesInSeconds ?? 3600) * 1000).toISOString();
    return [{ ...tagOf(model), size: memoryBytes, size_vram: 0, expires_at: expires, context_length: engine.contextLength }];
  });
  return Response.json({ models: found });
}

export const embedSchema = v.object({
  model: v.pipe(v.string(), v.minLength(1)),
  input: v.union([v.string(), v.array(v.string())]),
});

/** POST /api/embed */
export async function embed(context: ServeContext, { model, input }: Checked<typeof embedSchema>, request: Request): Promise<Response> {
  const { vectors, tokens } = await vectorsOf(context, model, [input].flat(), request.signal);
  return Response.json({ model, embeddings: vectors, prompt_eval_count: tokens });
}

export const oldEmbedSchema = v.object({ model: v.pipe(v.string(), v.minLength(1)), prompt: v.string() });

/** POST /api/embeddings, which older clients use: one text. */
export async function embedOne(
  context: ServeContext,
  { model, prompt }: Checked<typeof oldEmbedSchema>,
  request: Request,
): Promise<Response> {
  const { vectors } = await vectorsOf(context, model, [prompt], request.signal);
  return Response.json({ embedding: vectors[0] ?? [] });
}
