import type { AnswerEvent, ServedCall } from '../../answer.ts';

/** The items of an answer as they come about, and the events that tell of them. One item is open at a time. */

/** An event without its number. */
export interface OutputEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

interface OpenItem {
  readonly kind: 'text' | 'thinking';
  readonly id: string;
  text: string;
}

/** See {@link createOutput}. */
export interface Output {
  /** Items that are complete. */
  readonly items: readonly object[];
  /** What is to be told of the next piece of the answer. */
  push(event: Exclude<AnswerEvent, { type: 'end' }>): Generator<OutputEvent>;
  /** Completes the item that is open. */
  close(): Generator<OutputEvent>;
}

const prefixed = (prefix: string): string => `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`;

/** No item yet. */
export function createOutput(): Output {
  const items: object[] = [];
  let open: OpenItem | undefined;

  function* close(): Generator<OutputEvent> {
    if (!open) return;
    const item = itemOf(open, 'completed');
    const place = { item_id: open.id, output_index: items.length, content_index: 0 };
    yield { type: `response.${partNames[open.kind]}.done`, ...place, text: open.text, logprobs: open.kind === 'text' ? [] : undefined };
    yield { type: 'response.content_part.done', ...place, part: partOf(open) };
    yield { type: 'response.output_item.done', output_index: items.length, item };
    items.push(item);
    open = undefined;
  }

  function* begin(kind: OpenItem['kind']): Generator<OutputEvent> {
    yield* close();
    open = { kind, id: prefixed(kind === 'text' ? 'msg' : 'rs'), text: '' };
    yield { type: 'response.output_item.added', output_index: items.length, item: { ...itemOf(open, 'in_progress'), content: [] } };
    const place = { item_id: open.id, output_index: items.length, content_index: 0 };
    yield { type: 'response.content_part.added', ...place, part: partOf(open) };
  }

  function* call({ id: callId, name, arguments: args }: ServedCall): Generator<OutputEvent> {
    yield* close();
    const text = JSON.stringify(args);
    const item = { id: prefixed('fc'), type: 'function_call', status: 'completed', call_id: callId, name, arguments: text };
    const place = { item_id: item.id, output_index: items.length };
    yield { type: 'response.output_item.added', output_index: items.length, item: { ...item, status: 'in_progress', arguments: '' } };
    yield { type: 'response.function_call_arguments.delta', ...place, delta: text };
    yield { type: 'response.function_call_arguments.done', ...place, name, arguments: text };
    yield { type: 'response.output_item.done', output_index: items.length, item };
    items.push(item);
  }

  return {
    items,
    close,
    *push(event) {
      if (event.type === 'call') return yield* call(event.call);
      if (open?.kind !== event.type) yield* begin(event.type);
      if (!open) return;
      open.text += event.text;
      const place = { item_id: open.id, output_index: items.length, content_index: 0 };
      const more = event.type === 'text' ? { logprobs: [] } : {};
      yield { type: `response.${partNames[event.type]}.delta`, ...place, delta: event.text, ...more };
    },
  };
}

const partNames = { text: 'output_text', thinking: 'reasoning_text' } as const;

function partOf({ kind, text }: OpenItem): object {
  return kind === 'text' ? { type: 'output_text', text, annotations: [], logprobs: [] } : { type: 'reasoning_text', text };
}

function itemOf(item: OpenItem, status: 'in_progress' | 'completed'): object {
  const content = [partOf(item)];
  if (item.kind === 'thinking') return { id: item.id, type: 'reasoning', status, summary: [], content };
  return { id: item.id, type: 'message', role: 'assistant', status, content };
}
