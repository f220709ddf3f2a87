import { checkCall } from '../agent/check-call.ts';
import { type TurnEvent, toolTurn } from '../agent/tool-turn.ts';
import type { Receipt } from '../app/receipts/receipt.ts';
import { type RecordedAnswer, recordedSession } from '../app/receipts/recorded-session.ts';
import { LuciError } from '../base/errors.ts';
import type { ChatRequest, EndReason, GenerationEvent, Session, ToolDefinition, Usage } from '../engine/engine.ts';
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
  /** Whether the end comes with a signed receipt. */
  readonly withReceipt?: boolean;
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
  | { readonly type: 'end'; readonly reason: EndReason; readonly usage: Usage; readonly receipt?: Receipt };

/** Waits for a place, opens the model and answers. Leaving the loop ends the generation and frees the place. */
export async function* answerOf(
  { luci, queue, metrics, ending }: ServeContext,
  { model, request, tools, oneCall = false, withReceipt = false }: AnswerRequest,
  client: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  const signal = AbortSignal.any([client, ending]);
  using _place = await queue.enter(signal);
  await using opened = await luci.open(model, { signal });
  const { session, receipt } = withReceipt ? signing(opened, (answer) => luci.receipts.sign(model, answer)) : unsigned(opened);
  let calls = 0;
  for await (const event of wholeCharacters(turnOf(session, { request, tools }, signal))) {
    if (event.type === 'text' || event.type === 'thinking') yield event;
    if (event.type === 'attempt' && (calls === 0 || !oneCall)) {
      calls += 1;
      yield { type: 'call', call: await servedCall(event.attempt, event.id, tools) };
    }
    if (event.type !== 'end') continue;
    metrics.countAnswer(event.usage);
    const reason = calls > 0 && event.reason === 'stop' ? 'tool-calls' : event.reason;
    yield { ...event, reason, receipt: await receipt() };
  }
}

function turnOf(
  session: Session,
  { request, tools }: Pick<AnswerRequest, 'request' | 'tools'>,
  signal: AbortSignal,
): AsyncIterable<TurnEvent | GenerationEvent> {
  const isTold = tools.length > 0 && request.toolChoice !== 'none';
  const { toolChoice: _, ...plain } = request;
  return isTold ? toolTurn(session, request, tools, signal) : session.generate(plain, signal);
}

interface Signing {
  readonly session: Session;
  /** For the answer that just ended. */
  readonly receipt: () => Promise<Receipt | undefined>;
}

function signing(opened: Session, sign: (answer: RecordedAnswer) => Promise<Receipt>): Signing {
  if (opened.facts.kind === 'remote')
    throw new LuciError('ENGINE_UNSUPPORTED', '"receipt" cannot be had of a model elsewhere: nobody here can say which bytes answered.', {
      details: { param: 'receipt' },
    });
  let answer: RecordedAnswer | undefined;
  const session = recordedSession(opened, (told) => {
    answer = told;
  });
  return { session, receipt: async () => answer && sign(answer) };
}

function unsigned(session: Session): Signing {
  return { session, receipt: async () => undefined };
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
  readonly receipt?: Receipt;
}

/** All of an answer. */
export async function wholeAnswer(events: AsyncIterable<AnswerEvent>): Promise<WholeAnswer> {
  const said = { text: '', thinking: '' };
  const calls: ServedCall[] = [];
  for await (const event of events) {
    if (event.type === 'call') calls.push(event.call);
    else if (event.type === 'end') return { ...said, calls, reason: event.reason, usage: event.usage, receipt: event.receipt };
    else said[event.type] += event.text;
  }
  throw new LuciError('ENGINE_FAILED', 'The engine ended the answer without saying why.', { hint: 'luci stop, then ask again' });
}
