import { checkCall } from '../agent/check-call.ts';
import { type TurnEvent, toolTurn } from '../agent/tool-turn.ts';
import { LuciError } from '../base/errors.ts';
import type { ChatRequest, EndReason, GenerationEvent, ToolDefinition, Usage } from '../engine/engine.ts';
import type { ServeContext } from './context.ts';
import { wholeCharacters } from './whole-characters.ts';

/** One answer of a model, the same for every protocol: text and thinking as they come, calls when they are whole, then the end. */

/** What is asked. */
export interface AnswerRequest {
  /** Default: the default model, else the best enabled one that fits. */
  readonly model: string | undefined;
  readonly request: Omit<ChatRequest, 'tools'>;
  readonly tools: readonly ToolDefinition[];
  /** At most one call a turn. */
  readonly oneCall?: boolean;
}

/** A call for the client to carry out. */
export interface ServedCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

export type AnswerEvent =
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'call'; readonly call: ServedCall }
  | { readonly type: 'end'; readonly reason: EndReason; readonly usage: Usage };

/** Waits for a place, opens the model and answers. Leaving the loop ends the generation and frees the place. */
export async function* answerOf(
  { luci, queue, metrics }: ServeContext,
  { model, request, tools, oneCall = false }: AnswerRequest,
  signal: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  using _place = await queue.enter(signal);
  await using session = await luci.open(model, { signal });
  const isTold = tools.length > 0 && request.toolChoice !== 'none';
  const { toolChoice: _, ...plain } = request;
  const events = isTold ? toolTurn(session, request, tools, signal) : session.generate(plain, signal);
  let calls = 0;
  for await (const event of wholeCharacters<TurnEvent | GenerationEvent>(events)) {
    if (event.type === 'text' || event.type === 'thinking') yield event;
    if (event.type === 'attempt' && (calls === 0 || !oneCall)) {
      calls += 1;
      yield { type: 'call', call: await servedCall(event.attempt, event.id, tools) };
    }
    if (event.type !== 'end') continue;
    metrics.countAnswer(event.usage);
    yield calls > 0 && event.reason === 'stop' ? { ...event, reason: 'tool-calls' } : event;
  }
}

/** Arguments in the types of the schema, where they plainly are meant so. What does not fit is handed on: the client says so to the model. */
async function servedCall(
  { name, arguments: given }: { readonly name: string; readonly arguments: unknown },
  id: string | undefined,
  tools: readonly ToolDefinition[],
): Promise<ServedCall> {
  const checked = await checkCall(tools, name, given);
  const isObject = typeof given === 'object' && given !== null;
  const args = 'problem' in checked ? (isObject ? given : {}) : checked.arguments;
  return { id: id ?? `call_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`, name, arguments: args };
}

/** An answer as a whole. */
export interface WholeAnswer {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly ServedCall[];
  readonly reason: EndReason;
  readonly usage: Usage;
}

/** All of an answer. */
export async function wholeAnswer(events: AsyncIterable<AnswerEvent>): Promise<WholeAnswer> {
  const said = { text: '', thinking: '' };
  const calls: ServedCall[] = [];
  for await (const event of events) {
    if (event.type === 'call') calls.push(event.call);
    else if (event.type === 'end') return { ...said, calls, reason: event.reason, usage: event.usage };
    else said[event.type] += event.text;
  }
  throw new LuciError('ENGINE_FAILED', 'The engine ended the answer without saying why.', { hint: 'luci stop, then ask again' });
}
