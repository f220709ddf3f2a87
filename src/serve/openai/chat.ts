import { type AnswerEvent, type AnswerRequest, answerOf, type ServedCall, type WholeAnswer, wholeAnswer } from '../answer.ts';
import type { ServeContext } from '../context.ts';
import { sse, sseEvent, streamed } from '../event-stream.ts';
import { failureOf } from '../failure.ts';
import { answerRequestOf, type ChatBody } from './chat-request.ts';
import { openAiErrorBody } from './errors.ts';
import { finishReason, usageOf } from './usage.ts';

/** POST /v1/chat/completions */
export async function chatCompletions(context: ServeContext, body: ChatBody, request: Request): Promise<Response> {
  const asked = answerRequestOf(body);
  const head = { id: `chatcmpl-${crypto.randomUUID()}`, created: Math.floor(Date.now() / 1000), model: body.model ?? 'default' };
  if (!body.stream) return Response.json(await wholeCompletion(context, { asked, body, head }, request.signal));
  const failure = (error: unknown): string => sseEvent(openAiErrorBody(failureOf(error, context)));
  return streamed((signal) => chunks(context, { asked, body, head }, signal), { ...sse, failure }, request.signal);
}

interface Completion {
  readonly asked: AnswerRequest;
  readonly body: ChatBody;
  readonly head: { readonly id: string; readonly created: number; readonly model: string };
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

function callOf({ id, name, arguments: args }: ServedCall): {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
} {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}

async function* chunks(context: ServeContext, { asked, body, head }: Completion, signal: AbortSignal): AsyncGenerator<string> {
  const usages = [];
  const chunk = (choices: unknown[], more = {}): string => sseEvent({ ...head, object: 'chat.completion.chunk', choices, ...more });
  for (const [index, one] of eachOf(asked, body).entries()) {
    const choice = (delta: unknown, reason: string | null = null, more = {}): string =>
      chunk([{ index, delta, logprobs: null, finish_reason: reason }], more);
    let callCount = 0;
    let isFirst = true;
    for await (const event of answerOf(context, one, signal)) {
      if (isFirst) yield choice({ role: 'assistant', content: '' });
      isFirst = false;
      if (event.type === 'end') {
        usages.push(event.usage);
        yield choice({}, finishReason(event.reason), { luci_receipt: event.receipt });
      } else yield choice(deltaOf(event, callCount));
      if (event.type === 'call') callCount += 1;
    }
  }
  if (body.stream_options?.include_usage) yield chunk([], { usage: usageOf(usages) });
  yield sseEvent('[DONE]');
}

function deltaOf(event: Exclude<AnswerEvent, { type: 'end' }>, index: number): unknown {
  if (event.type === 'call') return { tool_calls: [{ index, ...callOf(event.call) }] };
  return event.type === 'text' ? { content: event.text } : { reasoning_content: event.text };
}
