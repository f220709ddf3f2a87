import type { AnswerEvent, ServedCall } from '../answer.ts';
import { sseEvent } from '../event-stream.ts';
import type { ChatBody } from './chat-request.ts';
import { finishReason, usageOf } from './usage.ts';

/** The parts of an answer as a stream of /v1/chat/completions has them. */

/** What every part of an answer says of it. */
export interface CompletionHead {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

/** A new one. */
export function headOf({ model }: ChatBody): CompletionHead {
  return { id: `chatcmpl-${crypto.randomUUID()}`, created: Math.floor(Date.now() / 1000), model: model ?? 'default' };
}

/** Answers, one after the other, as the stream has them. */
export async function* chunks(
  { body, head }: { readonly body: ChatBody; readonly head: CompletionHead },
  answers: readonly (AsyncIterable<AnswerEvent> | Iterable<AnswerEvent>)[],
): AsyncGenerator<string> {
  const usages = [];
  const chunk = (choices: unknown[], more = {}): string => sseEvent({ ...head, object: 'chat.completion.chunk', choices, ...more });
  for (const [index, answer] of answers.entries()) {
    const choice = (delta: unknown, reason: string | null = null, more = {}): string =>
      chunk([{ index, delta, logprobs: null, finish_reason: reason }], more);
    let callCount = 0;
    let isFirst = true;
    for await (const event of answer) {
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

/** A call as messages and parts of them have it. */
export function callOf({ id, name, arguments: args }: ServedCall): {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
} {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}
