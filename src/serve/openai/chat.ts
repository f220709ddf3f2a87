import { type AnswerRequest, answerOf, type WholeAnswer, wholeAnswer } from '../answer.ts';
import type { ServeContext } from '../context.ts';
import { sse, sseEvent, streamed } from '../event-stream.ts';
import { failureOf } from '../failure.ts';
import { type CompletionHead, callOf, chunks, headOf } from './chat-chunks.ts';
import { answerRequestOf, type ChatBody } from './chat-request.ts';
import { openAiErrorBody } from './errors.ts';
import { resumableCompletion } from './resumable-chat.ts';
import { finishReason, usageOf } from './usage.ts';

/** POST /v1/chat/completions */
export async function chatCompletions(context: ServeContext, body: ChatBody, request: Request): Promise<Response> {
  const asked = answerRequestOf(body);
  if (body.resumable) return resumableCompletion(context, body, request);
  const head = headOf(body);
  if (!body.stream) return Response.json(await wholeCompletion(context, { asked, body, head }, request.signal));
  const failure = (error: unknown): string => sseEvent(openAiErrorBody(failureOf(error, context)));
  const answers = (signal: AbortSignal) => eachOf(asked, body).map((one) => answerOf(context, one, signal));
  return streamed((signal) => chunks({ body, head }, answers(signal)), { ...sse, failure }, request.signal);
}

interface Completion {
  readonly asked: AnswerRequest;
  readonly body: ChatBody;
  readonly head: CompletionHead;
}

async function wholeCompletion(context: ServeContext, { asked, body, head }: Completion, signal: AbortSignal): Promise<unknown> {
  const answers: WholeAnswer[] = [];
  for (const one of eachOf(asked, body)) answers.push(await wholeAnswer(answerOf(context, one, signal)));
  const choices = answers.map((answer, index) => ({
    index,
    message: messageOf(answer),
    logprobs: null,
    finish_reason: finishReason(answer.reason),
  }));
  const [receipt] = answers.map((answer) => answer.receipt);
  return { ...head, object: 'chat.completion', choices, usage: usageOf(answers.map(({ usage }) => usage)), luci_receipt: receipt };
}

/** As many requests as answers are wanted; a seed is another one for each. */
function eachOf(asked: AnswerRequest, { n, seed }: ChatBody): readonly AnswerRequest[] {
  return Array.from({ length: n ?? 1 }, (_, index) => {
    if (index === 0 || typeof seed !== 'number') return asked;
    return { ...asked, request: { ...asked.request, sampling: { ...asked.request.sampling, seed: seed + index } } };
  });
}

function messageOf({ text, thinking, calls }: WholeAnswer): unknown {
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    reasoning_content: thinking === '' ? undefined : thinking,
    tool_calls: calls.length > 0 ? calls.map(callOf) : undefined,
  };
}
