import { LuciError } from '../../base/errors.ts';
import type { TextOrTokens, TokenScore } from '../../engine/engine.ts';
import type { ServeContext } from '../context.ts';

/** Completions with `logprobs`: how likely the model holds each token of the prompt to be, as programs that measure models ask for it. */

/** What of a body they depend on. */
export interface ScoredBody {
  readonly model?: string | null | undefined;
  readonly echo?: boolean | null | undefined;
  readonly logprobs?: number | null | undefined;
  readonly max_tokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
}

/** A text with its numbers, and the tokens that were looked at. */
export interface ScoredCompletion {
  readonly text: string;
  readonly logprobs: object;
  readonly promptTokens: number;
  readonly generatedTokens: number;
}

/** Scores prompts, one after the other in one place of the queue. @throws ENGINE_UNSUPPORTED by the field's name */
export async function scoredCompletions(
  { luci, queue }: ServeContext,
  body: ScoredBody,
  prompts: readonly TextOrTokens[],
  signal: AbortSignal,
): Promise<readonly ScoredCompletion[]> {
  refuse(body);
  using _place = await queue.enter(signal);
  await using session = await luci.open(body.model ?? undefined, { signal });
  if (!session.score) throw refused('logprobs', 'cannot be had of what runs this model');
  const completions: ScoredCompletion[] = [];
  for (const prompt of prompts) {
    const scores = await session.score({ ...prompt, topCount: body.logprobs ?? 0 }, signal);
    completions.push(completionOf(scores, body));
  }
  return completions;
}

function refuse({ max_tokens: maxTokens, temperature }: ScoredBody): void {
  if ((maxTokens ?? 2) > 1) throw refused('max_tokens', 'must be 0 or 1 where "logprobs" are wanted');
  if (temperature) throw refused('temperature', 'must be 0 where "logprobs" are wanted');
}

function completionOf(scores: readonly TokenScore[], { echo, max_tokens: maxTokens }: ScoredBody): ScoredCompletion {
  const promptTokens = Math.max(0, scores.length - 1);
  const generatedTokens = Math.min(maxTokens ?? 0, scores.length - promptTokens);
  const told = scores.slice(echo ? 0 : promptTokens, promptTokens + generatedTokens);
  const offsets: number[] = [];
  let text = '';
  for (const score of told) {
    offsets.push(text.length);
    text += score.text;
  }
  const logprobs = {
    tokens: told.map((score) => score.text),
    token_logprobs: told.map(({ logProbability }) => logProbability ?? null),
    // The first token has nothing before it.
    top_logprobs: told.map(({ logProbability, top }) => (logProbability === undefined ? null : topOf(top))),
    text_offset: offsets,
  };
  return { text, logprobs, promptTokens, generatedTokens };
}

/** Of tokens that have the same text the likelier one counts. */
function topOf(top: TokenScore['top']): Readonly<Record<string, number>> {
  return Object.fromEntries(top.map(({ text, logProbability }) => [text, logProbability] as const).reverse());
}

function refused(param: string, what: string): LuciError {
  return new LuciError('ENGINE_UNSUPPORTED', `"${param}" ${what}.`, { details: { param } });
}
