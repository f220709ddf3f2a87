import * as v from 'valibot';
import { LuciError } from '../../base/errors.ts';
import type { TextOrTokens } from '../../engine/engine.ts';
import { type AnswerRequest, answerOf, wholeAnswer } from '../answer.ts';
import type { ServeContext } from '../context.ts';
import { sse, sseEvent, streamed } from '../event-stream.ts';
import { failureOf } from '../failure.ts';
import type { Checked } from '../route.ts';
import { samplingFields, samplingOf } from './chat-request.ts';
import { openAiErrorBody } from './errors.ts';
import { type ScoredCompletion, scoredCompletions } from './scored-completion.ts';
import { finishReason, usageOf } from './usage.ts';

/** POST /v1/completions: texts that the model continues, without its chat template. */

const tokens = v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.minLength(1));
const several = <S extends v.GenericSchema>(one: S) => v.pipe(v.array(one), v.minLength(1), v.maxLength(64));

export const completionSchema = v.object({
  ...samplingFields,
  model: v.nullish(v.string()),
  /** Texts, or their tokens by number, which are scored alone. */
  prompt: v.union([v.string(), tokens, several(v.string()), several(tokens)]),
  /** 0: nothing is written, which makes sense with `echo` alone. */
  max_tokens: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1e7))),
  echo: v.nullish(v.boolean()),
  logprobs: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100))),
  suffix: v.nullish(v.string()),
});

type CompletionBody = Checked<typeof completionSchema>;

/** OpenAI's own default. */
const defaultMaxTokens = 16;

export async function completions(context: ServeContext, body: CompletionBody, request: Request): Promise<Response> {
  refuse(body);
  const head = {
    id: `cmpl-${crypto.randomUUID()}`,
    object: 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model: body.model ?? 'default',
  };
  if (typeof body.logprobs === 'number') return scored(context, body, head, request.signal);
  const asked = promptsOf(body).map((prompt) => requestOf(body, prompt));
  if (!body.stream) {
    const answers = [];
    for (const one of asked) answers.push(await wholeAnswer(answerOf(context, one, request.signal)));
    const choices = answers.map(({ text, reason }, index) => ({ index, text, logprobs: null, finish_reason: finishReason(reason) }));
    return Response.json({ ...head, choices, usage: usageOf(answers.map(({ usage }) => usage)) });
  }
  const failure = (error: unknown): string => sseEvent(openAiErrorBody(failureOf(error, context)));
  return streamed(
    (signal) => chunks(context, { asked, head, withUsage: body.stream_options?.include_usage ?? false }, signal),
    { ...sse, failure },
    request.signal,
  );
}

async function scored(context: ServeContext, body: CompletionBody, head: object, signal: AbortSignal): Promise<Response> {
  const all = await scoredCompletions(context, body, promptsOf(body), signal);
  const choices = all.map(({ text, logprobs }, index) => ({ index, text, logprobs, finish_reason: 'length' }));
  const sum = (count: (one: ScoredCompletion) => number): number => all.reduce((total, one) => total + count(one), 0);
  const [prompt, generated] = [sum(({ promptTokens }) => promptTokens), sum(({ generatedTokens }) => generatedTokens)];
  const usage = { prompt_tokens: prompt, completion_tokens: generated, total_tokens: prompt + generated };
  return Response.json({ ...head, choices, usage });
}

/** `echo` without `logprobs` tells a client what it said itself. */
function refuse({ echo, logprobs, max_tokens: maxTokens, suffix, n, stream }: CompletionBody): void {
  const isScored = typeof logprobs === 'number';
  const param =
    (echo && !isScored && 'echo') ||
    (isScored && stream && 'stream') ||
    (maxTokens === 0 && !(isScored && echo) && 'max_tokens') ||
    (suffix && 'suffix') ||
    ((n ?? 1) > 1 && 'n');
  if (param) throw new LuciError('ENGINE_UNSUPPORTED', `"${param}" cannot be had here.`, { details: { param } });
}

function promptsOf({ prompt }: CompletionBody): readonly TextOrTokens[] {
  const isOne = typeof prompt === 'string' || typeof prompt[0] === 'number';
  const prompts = (isOne ? [prompt] : prompt) as readonly (string | readonly number[])[];
  return prompts.map((one) => (typeof one === 'string' ? { text: one } : { tokens: one }));
}

function requestOf(body: CompletionBody, prompt: TextOrTokens): AnswerRequest {
  if (!('text' in prompt))
    throw new LuciError('ENGINE_UNSUPPORTED', '"prompt" as numbers of tokens is scored ("logprobs") and not gone on with: send its text.', {
      details: { param: 'prompt' },
    });
  const maxTokens = body.max_tokens ?? defaultMaxTokens;
  return {
    model: body.model ?? undefined,
    tools: [],
    request: { messages: [{ role: 'user', content: prompt.text }], raw: true, maxTokens, ...samplingOf(body) },
  };
}

interface Stream {
  readonly asked: readonly AnswerRequest[];
  readonly head: object;
  readonly withUsage: boolean;
}

async function* chunks(context: ServeContext, { asked, head, withUsage }: Stream, signal: AbortSignal): AsyncGenerator<string> {
  const usages = [];
  for (const [index, one] of asked.entries()) {
    const choice = (text: string, reason: string | null = null): string =>
      sseEvent({ ...head, choices: [{ index, text, logprobs: null, finish_reason: reason }] });
    for await (const event of answerOf(context, one, signal)) {
      if (event.type === 'text') yield choice(event.text);
      if (event.type === 'end') {
        usages.push(event.usage);
        yield choice('', finishReason(event.reason));
      }
    }
  }
  if (withUsage) yield sseEvent({ ...head, choices: [], usage: usageOf(usages) });
  yield sseEvent('[DONE]');
}
