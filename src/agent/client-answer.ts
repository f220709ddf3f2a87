import { LuciError } from '../base/errors.ts';
import type { ChatRequest, EndReason, GenerationEvent, Session, ToolDefinition, Usage } from '../engine/engine.ts';
import { checkCall } from './check-call.ts';
import { type TurnEvent, toolTurn } from './tool-turn.ts';
import { wholeCharacters } from './whole-characters.ts';

/** One answer of a model for a program that carries out the calls itself: text and thinking as they come, calls when they are whole, then the end. */

/** What is asked. */
export interface ClientRequest {
  readonly request: Omit<ChatRequest, 'tools'>;
  readonly tools: readonly ToolDefinition[];
  /** At most one call a turn (default false). */
  readonly oneCall?: boolean;
}

/** A call for the program to carry out. */
export interface ClientCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

/** What an answer says. The last one is always `end`. */
export type AnswerEvent =
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'call'; readonly call: ClientCall }
  | { readonly type: 'end'; readonly reason: EndReason; readonly usage: Usage };

/** Answers. Leaving the loop ends the generation. */
export async function* clientAnswer(
  session: Session,
  { request, tools, oneCall = false }: ClientRequest,
  signal?: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  let calls = 0;
  for await (const event of wholeCharacters(turnOf(session, { request, tools }, signal))) {
    if (event.type === 'text' || event.type === 'thinking') yield event;
    if (event.type === 'attempt' && (calls === 0 || !oneCall)) {
      calls += 1;
      yield { type: 'call', call: await clientCall(event.attempt, event.id, tools) };
    }
    if (event.type === 'end') yield calls > 0 && event.reason === 'stop' ? { ...event, reason: 'tool-calls' } : event;
  }
}

/** With `toolChoice: 'none'` the tools are not told. */
function turnOf(session: Session, { request, tools }: ClientRequest, signal?: AbortSignal): AsyncIterable<TurnEvent | GenerationEvent> {
  const { toolChoice, ...plain } = request;
  if (tools.length === 0 || toolChoice === 'none') return session.generate(plain, signal);
  return toolTurn(session, request, { tools, signal });
}

/** Arguments in the types of the schema, where they plainly are meant so. What does not fit is handed on: the program says so to the model. */
async function clientCall(
  { name, arguments: given }: { readonly name: string; readonly arguments: unknown },
  id: string | undefined,
  tools: readonly ToolDefinition[],
): Promise<ClientCall> {
  const checked = await checkCall(tools, name, given);
  const isObject = typeof given === 'object' && given !== null;
  const args = 'problem' in checked ? (isObject ? given : {}) : checked.arguments;
  return { id: id ?? `call_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`, name, arguments: args };
}

/** An answer as a whole. */
export interface WholeAnswer {
  readonly text: string;
  readonly thinking: string;
  readonly calls: readonly ClientCall[];
  readonly reason: EndReason;
  readonly usage: Usage;
}

/** All of an answer. */
export async function wholeAnswer(events: AsyncIterable<AnswerEvent>): Promise<WholeAnswer> {
  const said = { text: '', thinking: '' };
  const calls: ClientCall[] = [];
  for await (const event of events) {
    if (event.type === 'call') calls.push(event.call);
    else if (event.type === 'end') return { ...said, calls, reason: event.reason, usage: event.usage };
    else said[event.type] += event.text;
  }
  throw new LuciError('ENGINE_FAILED', 'The engine ended the answer without saying why.', { hint: 'luci stop, then ask again' });
}
