import type { EndReason, Usage } from '../../engine/engine.ts';
import { type AnswerEvent, type AnswerRequest, answerOf, wholeAnswer } from '../answer.ts';
import type { ServeContext } from '../context.ts';
import { sse, sseEvent, streamed } from '../event-stream.ts';
import { failureOf } from '../failure.ts';
import type { Checked } from '../route.ts';
import { anthropicErrorBody } from './errors.ts';
import { answerRequestOf, type countSchema, type MessagesBody, messagesOf, toolsOf } from './request.ts';

/** POST /v1/messages */
export async function messages(context: ServeContext, body: MessagesBody, request: Request): Promise<Response> {
  const asked = answerRequestOf(body);
  const head = { id: `msg_${crypto.randomUUID().replaceAll('-', '')}`, type: 'message', role: 'assistant', model: body.model };
  if (body.stream) {
    const failure = (error: unknown): string => sseEvent(anthropicErrorBody(failureOf(error, context)), 'error');
    const ping = sseEvent({ type: 'ping' }, 'ping');
    return streamed((signal) => events(context, asked, head, signal), { ...sse, ping, failure }, request.signal);
  }
  const { text, thinking, calls, reason, usage } = await wholeAnswer(answerOf(context, asked, request.signal));
  const content = [
    ...(thinking === '' ? [] : [{ type: 'thinking', thinking, signature: '' }]),
    ...(text === '' && calls.length > 0 ? [] : [{ type: 'text', text }]),
    ...calls.map(({ id, name, arguments: input }) => ({ type: 'tool_use', id, name, input })),
  ];
  return Response.json({ ...head, content, stop_reason: stopReason(reason), stop_sequence: null, usage: usageOf(usage) });
}

/** POST /v1/messages/count_tokens */
export async function countTokens({ luci, queue }: ServeContext, body: Checked<typeof countSchema>, request: Request): Promise<Response> {
  using _place = await queue.enter(request.signal);
  await using session = await luci.open(body.model, { signal: request.signal });
  return Response.json({ input_tokens: await session.countTokens(messagesOf(body), toolsOf(body).tools) });
}

type Kind = 'text' | 'thinking' | 'tool_use';

/** Blocks are numbered; one is open at a time. */
async function* events(context: ServeContext, asked: AnswerRequest, head: object, signal: AbortSignal): AsyncGenerator<string> {
  let open: Kind | undefined;
  let index = -1;
  const send = (type: string, more: object): string => sseEvent({ type, ...more }, type);
  const close = (): string => (open === undefined ? '' : send('content_block_stop', { index }));
  const begin = (kind: Kind, block: object): string => {
    const closing = close();
    open = kind;
    index += 1;
    return closing + send('content_block_start', { index, content_block: { type: kind, ...block } });
  };
  let hasBegun = false;
  for await (const event of answerOf(context, asked, signal)) {
    if (!hasBegun) {
      hasBegun = true;
      const message = { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 0, output_tokens: 0 } };
      yield send('message_start', { message });
    }
    if (event.type === 'end') {
      yield close() +
        send('message_delta', { delta: { stop_reason: stopReason(event.reason), stop_sequence: null }, usage: usageOf(event.usage) });
      yield send('message_stop', {});
      return;
    }
    const kind = event.type === 'call' ? 'tool_use' : event.type;
    const start = open === kind && kind !== 'tool_use' ? '' : begin(kind, emptyBlock(event));
    yield start + send('content_block_delta', { index, delta: deltaOf(event) });
  }
}

function emptyBlock(event: Exclude<AnswerEvent, { type: 'end' }>): object {
  if (event.type === 'call') return { id: event.call.id, name: event.call.name, input: {} };
  return event.type === 'text' ? { text: '' } : { thinking: '', signature: '' };
}

function deltaOf(event: Exclude<AnswerEvent, { type: 'end' }>): object {
  if (event.type === 'call') return { type: 'input_json_delta', partial_json: JSON.stringify(event.call.arguments) };
  return event.type === 'text' ? { type: 'text_delta', text: event.text } : { type: 'thinking_delta', thinking: event.text };
}

function stopReason(reason: EndReason): string {
  if (reason === 'tool-calls') return 'tool_use';
  return reason === 'length' || reason === 'repetition' ? 'max_tokens' : 'end_turn';
}

function usageOf({ promptTokens, cachedTokens, generatedTokens }: Usage): object {
  return { input_tokens: promptTokens - cachedTokens, cache_read_input_tokens: cachedTokens, output_tokens: generatedTokens };
}
