import * as v from 'valibot';
import { LuciError } from '../../base/errors.ts';
import type { Tokenized, TokenizeRequest } from '../../engine/engine.ts';
import type { ServeContext } from '../context.ts';
import type { Checked } from '../route.ts';

/**
 * POST /tokenize, POST /detokenize, GET /tokenizer_info: the routes of vLLM by which programs that measure models (lm-evaluation-harness)
 * find where an answer begins among the tokens.
 */

export const tokenizeSchema = v.object({
  model: v.nullish(v.string()),
  prompt: v.string(),
  /** Whether the mark at the beginning is added, where the model wants one. */
  add_special_tokens: v.nullish(v.boolean()),
});

export const detokenizeSchema = v.object({
  model: v.nullish(v.string()),
  tokens: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

export async function tokenize(
  context: ServeContext,
  { model, prompt: text, add_special_tokens: begins }: Checked<typeof tokenizeSchema>,
  { signal }: Request,
): Promise<Response> {
  const { tokens, contextLength } = await tokenized(context, model, { text, begins: begins ?? true }, signal);
  return Response.json({ count: tokens.length, max_model_len: contextLength, tokens });
}

export async function detokenize(
  context: ServeContext,
  { model, tokens }: Checked<typeof detokenizeSchema>,
  { signal }: Request,
): Promise<Response> {
  const { text } = await tokenized(context, model, { tokens }, signal);
  return Response.json({ prompt: text });
}

export async function tokenizerInfo(context: ServeContext, { url, signal }: Request): Promise<Response> {
  const model = new URL(url).searchParams.get('model');
  const { bosText, eosText } = await tokenized(context, model, { text: '' }, signal);
  return Response.json({ bos_token: bosText ?? null, eos_token: eosText ?? null });
}

async function tokenized(
  { luci, queue }: ServeContext,
  model: string | null | undefined,
  request: TokenizeRequest,
  signal: AbortSignal,
): Promise<Tokenized & { readonly contextLength: number }> {
  const name = model ?? (await onlyModel(luci));
  using _place = await queue.enter(signal);
  await using session = await luci.open(name, { signal });
  if (!session.tokenize) throw new LuciError('ENGINE_UNSUPPORTED', `What runs ${name} does not tell its tokens.`);
  return { ...(await session.tokenize(request, signal)), contextLength: session.facts.contextLength };
}

/**
 * The default model, or the only one. Programs of vLLM name none, as a server has one there, and tokens of another model than the one
 * they then measure would give numbers that look right: of several none is guessed.
 */
async function onlyModel(luci: ServeContext['luci']): Promise<string> {
  const usable = (await luci.list()).filter(({ enabled, problem }) => enabled && problem === undefined);
  const chosen = usable.find(({ isDefault }) => isDefault) ?? (usable.length === 1 ? usable[0] : undefined);
  if (chosen) return chosen.name;
  if (usable.length === 0) throw new LuciError('MODEL_NOT_INSTALLED', 'No model is installed and enabled.');
  throw new LuciError('USAGE', 'Of several models it must be said whose tokens are meant: name it as "model", or make it the default.', {
    hint: 'luci llm default NAME',
    details: { param: 'model' },
  });
}
