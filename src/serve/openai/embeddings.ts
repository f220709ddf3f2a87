import * as v from 'valibot';
import type { ServeContext } from '../context.ts';
import type { Checked } from '../route.ts';

/** POST /v1/embeddings: one vector a text. */

const texts = v.union([
  v.pipe(v.string(), v.minLength(1)),
  v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1), v.maxLength(2048)),
]);
export const embeddingsSchema = v.object({
  model: v.nullish(v.string()),
  input: texts,
  encoding_format: v.nullish(v.picklist(['float', 'base64'])),
});

export async function embeddings(
  context: ServeContext,
  { model, input, encoding_format: format }: Checked<typeof embeddingsSchema>,
  request: Request,
): Promise<Response> {
  const { name, vectors, tokens } = await vectorsOf(context, model ?? undefined, [input].flat(), request.signal);
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector,
  }));
  return Response.json({ object: 'list', data, model: name, usage: { prompt_tokens: tokens, total_tokens: tokens } });
}

/** Vectors of texts, the same for every protocol, and the tokens of the texts as the model is told them. */
export async function vectorsOf(
  { luci, queue }: ServeContext,
  model: string | undefined,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly vectors: readonly (readonly number[])[]; readonly tokens: number }> {
  const { name } = await luci.models.chooseForVectors(model);
  using _place = await queue.enter(signal);
  await using session = await luci.open(model ?? name, { signal });
  const vectors = await session.embed(texts, signal);
  let tokens = 0;
  for (const content of texts) tokens += await session.countTokens([{ role: 'user', content }]);
  return { name, vectors, tokens };
}
