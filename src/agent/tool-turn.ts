import type { ChatRequest, GenerationEvent, Session, ToolCall, ToolDefinition } from '../engine/engine.ts';
import { type Attempt, bareName } from './calls/call-form.ts';
import { argumentsOf } from './calls/call-value.ts';
import { createHoldBack } from './calls/hold-back.ts';
import { readValue } from './calls/read-value.ts';
import { type OfferedTool, toldTools } from './told-tools.ts';
import { templateDefinitionOf } from './tool.ts';
import { toolReplySchema, withToolsAsText } from './tool-format.ts';
import { createToolReply } from './tool-reply.ts';
import { type ToolWay, toolWayOf } from './tool-way.ts';

/** One turn of a model that has tools, the same for all engines: text as it comes, then the calls, then the end. */
export type TurnEvent =
  | Exclude<GenerationEvent, { type: 'tool-call' }>
  /** A call in whatever form it was written; `id` where the engine gave it one. */
  | { readonly type: 'attempt'; readonly attempt: Attempt; readonly id?: string }
  /** The reply word for word, where it has another form than the answer. */
  | { readonly type: 'written'; readonly text: string };

/** What a turn may call. */
export interface TurnTools {
  readonly tools: readonly OfferedTool[];
  /** Names of those that a reply which is held to a grammar cannot call; it is told of them all the same, so that its prompt stays. */
  readonly withheld?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Asks for the turn in the way that is best for the model. Calls of tools that it is not told of are read as well (told-tools.ts). */
export async function* toolTurn(
  session: Session,
  request: ChatRequest,
  { tools, withheld = [], signal }: TurnTools,
): AsyncGenerator<TurnEvent> {
  const way = toolWayOf(session.facts, request);
  const reader = way === 'grammar' ? createToolReply(tools, request.jsonSchema === undefined) : createHoldBack(tools);
  const native: TurnEvent[] = [];
  let written = '';
  for await (const event of session.generate(requestIn(way, request, { told: toldTools(tools, request.messages), withheld }), signal)) {
    if (isHandedOn(event)) yield event;
    else if (event.type === 'tool-call') native.push({ type: 'attempt', attempt: attemptIn(event.call), id: event.call.id });
    else if (event.type === 'text') {
      written += event.text;
      yield* textOf(reader.push(event.text));
    } else {
      yield* textOf(reader.finish());
      for (const attempt of reader.attempts) yield { type: 'attempt', attempt };
      yield* native;
      if (way === 'grammar') yield { type: 'written', text: written.trimEnd() };
      yield event;
    }
  }
}

/** What has no part in calls. */
function isHandedOn(event: GenerationEvent): event is Extract<GenerationEvent, { type: 'thinking' | 'waiting' | 'reading' }> {
  return event.type === 'thinking' || event.type === 'waiting' || event.type === 'reading';
}

function textOf(text: string): TurnEvent[] {
  return text === '' ? [] : [{ type: 'text', text }];
}

/** A call that the engine tells apart. Its arguments may be written loosely, or as a text of JSON in a text of JSON. */
function attemptIn({ name, arguments: args, unreadable }: ToolCall): Attempt {
  return { name: bareName(name), arguments: unreadable === undefined ? args : argumentsOf(asText(unreadable)) };
}

function asText(written: string): unknown {
  const read = readValue(written.trim(), 0);
  return read.state === 'whole' || (read.state === 'cut' && read.isClosable) ? read.value : written;
}

function requestIn(
  way: ToolWay,
  request: ChatRequest,
  { told, withheld }: { readonly told: readonly ToolDefinition[]; readonly withheld: readonly string[] },
): ChatRequest {
  if (way === 'native') return { ...request, tools: told.map(templateDefinitionOf) };
  const { toolChoice: _, ...rest } = request;
  const allowed = told.filter(({ name }) => !withheld.includes(name));
  return { ...rest, messages: withToolsAsText(request.messages, told), jsonSchema: toolReplySchema(allowed, request) };
}
