import type { EndReason, Usage } from '../../../engine/engine.ts';
import { type AnswerRequest, answerOf, type ServedCall } from '../../answer.ts';
import type { ServeContext } from '../../context.ts';
import { sse, sseEvent, streamed } from '../../event-stream.ts';
import { failureOf } from '../../failure.ts';
import { openAiErrorBody } from '../errors.ts';
import { turnOfAnswer } from './items.ts';
import { createOutput, type OutputEvent } from './output.ts';
import { askedBy, type ChatMessages, type ResponsesBody } from './request.ts';

/** POST /v1/responses, GET and DELETE /v1/responses/{id}. */

interface Responding {
  readonly body: ResponsesBody;
  readonly asked: AnswerRequest;
  /** The conversation without its answer. */
  readonly turns: ChatMessages;
}

export async function createResponse(context: ServeContext, body: ResponsesBody, request: Request): Promise<Response> {
  const before = body.previous_response_id ? context.responses.find(body.previous_response_id).turns : [];
  const responding = { body, ...askedBy(body, before) };
  if (!body.stream) {
    let last: OutputEvent | undefined;
    for await (const event of events(context, responding, request.signal)) last = event;
    return Response.json(last?.['response']);
  }
  let number = 0;
  const send = (event: OutputEvent): string => {
    const numbered = { ...event, sequence_number: number };
    number += 1;
    return sseEvent(numbered, event.type);
  };
  const failure = (error: unknown): string => send({ type: 'error', ...(openAiErrorBody(failureOf(error, context)) as object) });
  async function* parts(signal: AbortSignal): AsyncGenerator<string> {
    for await (const event of events(context, responding, signal)) yield send(event);
  }
  return streamed(parts, { ...sse, failure }, request.signal);
}

const idIn = (path: string): string => path.slice('/v1/responses/'.length);

export function getResponse({ responses }: ServeContext, _: Request, path: string): Response {
  return Response.json(responses.find(idIn(path)).response);
}

export function deleteResponse({ responses }: ServeContext, _: Request, path: string): Response {
  const id = idIn(path);
  responses.remove(id);
  return Response.json({ id, object: 'response', deleted: true });
}

/** An answer, event by event; the last one has all of it. The first comes with the first piece: until then a failure has a status. */
async function* events(context: ServeContext, { body, asked, turns }: Responding, signal: AbortSignal): AsyncGenerator<OutputEvent> {
  const head = headOf(body);
  const output = createOutput();
  const calls: ServedCall[] = [];
  let text = '';
  let hasBegun = false;
  for await (const event of answerOf(context, asked, signal)) {
    if (!hasBegun) {
      hasBegun = true;
      const response = { ...head, status: 'in_progress', output: [] };
      yield { type: 'response.created', response };
      yield { type: 'response.in_progress', response };
    }
    if (event.type === 'text') text += event.text;
    if (event.type === 'call') calls.push(event.call);
    if (event.type !== 'end') {
      yield* output.push(event);
      continue;
    }
    yield* output.close();
    const response = { ...head, ...endOf(event.reason), output: output.items, usage: usageOf(event.usage) };
    if (body.store !== false) context.responses.keep(head.id, { response, turns: [...turns, turnOfAnswer({ text, calls })] });
    yield { type: `response.${response.status}`, response };
  }
}

function headOf(body: ResponsesBody) {
  return {
    id: `resp_${crypto.randomUUID().replaceAll('-', '')}`,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    metadata: body.metadata ?? {},
    model: body.model ?? 'default',
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    store: body.store ?? true,
    temperature: body.temperature ?? null,
    text: { format: body.text?.format ?? { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? null,
    truncation: 'disabled',
    usage: null,
  };
}

function endOf(reason: EndReason): { readonly status: 'completed' | 'incomplete'; readonly incomplete_details: object | null } {
  if (reason !== 'length' && reason !== 'repetition') return { status: 'completed', incomplete_details: null };
  return { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } };
}

function usageOf({ promptTokens, cachedTokens, generatedTokens }: Usage): object {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: 0 },
    output_tokens: generatedTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: promptTokens + generatedTokens,
  };
}
