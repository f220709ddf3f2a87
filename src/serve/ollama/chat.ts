import type { EndReason, Usage } from '../../engine/engine.ts';
import { type AnswerEvent, type AnswerRequest, answerOf, wholeAnswer } from '../answer.ts';
import type { ServeContext } from '../context.ts';
import { ndjson, ndjsonLine, streamed } from '../event-stream.ts';
import { failureOf, unsupported } from '../failure.ts';
import { finishReason } from '../openai/usage.ts';
import type { Checked } from '../route.ts';
import { ollamaErrorBody } from './errors.ts';
import { type chatSchema, type generateSchema, howOf, leavesMemory, messagesOf, toolsOf } from './request.ts';

/** POST /api/chat and /api/generate. Both stream unless they are told not to. */

/** How the parts of an answer stand in the lines of one of the two. */
type Line = (parts: { readonly text?: string; readonly thinking?: string; readonly calls?: readonly unknown[] }) => object;

const chatLine: Line = ({ text = '', thinking, calls }) => ({ message: { role: 'assistant', content: text, thinking, tool_calls: calls } });
const generateLine: Line = ({ text = '', thinking }) => ({ response: text, thinking });

export async function chat(context: ServeContext, body: Checked<typeof chatSchema>, request: Request): Promise<Response> {
  if (!body.messages?.length) return nothingAsked(context, body, chatLine, request.signal);
  const tools = toolsOf(body.tools);
  const asked = { model: body.model, tools, request: { messages: messagesOf(body.messages), ...howOf(body) } };
  return answered(context, { asked, line: chatLine, isStream: body.stream !== false }, request.signal);
}

export async function generate(context: ServeContext, body: Checked<typeof generateSchema>, request: Request): Promise<Response> {
  if (body.images?.length) throw unsupported('An answer to images');
  if (body.suffix) throw unsupported('Text between two texts ("suffix")');
  if (!body.prompt) return nothingAsked(context, body, generateLine, request.signal);
  const system = body.system ? [{ role: 'system' as const, content: body.system }] : [];
  const messages = [...system, { role: 'user' as const, content: body.prompt }];
  const asked = { model: body.model, tools: [], request: { messages, raw: body.raw ?? undefined, ...howOf(body) } };
  return answered(context, { asked, line: generateLine, isStream: body.stream !== false }, request.signal);
}

interface Answering {
  readonly asked: AnswerRequest;
  readonly line: Line;
  readonly isStream: boolean;
}

async function answered(context: ServeContext, { asked, line, isStream }: Answering, client: AbortSignal): Promise<Response> {
  const base = (): object => ({ model: asked.model, created_at: new Date().toISOString() });
  if (!isStream) {
    const { text, thinking, calls, reason, usage } = await wholeAnswer(answerOf(context, asked, client));
    const said = line({ text, thinking: thinking || undefined, calls: calls.length > 0 ? calls.map(callAt) : undefined });
    return Response.json({ ...base(), ...said, ...endOf(reason, usage) });
  }
  async function* lines(signal: AbortSignal): AsyncGenerator<string> {
    let calls = 0;
    for await (const event of answerOf(context, asked, signal)) {
      const end = event.type === 'end' ? endOf(event.reason, event.usage) : { done: false };
      yield ndjsonLine({ ...base(), ...line(partsOf(event, calls)), ...end });
      if (event.type === 'call') calls += 1;
    }
  }
  return streamed(lines, { ...ndjson, failure: (error) => ndjsonLine(ollamaErrorBody(failureOf(error, context))) }, client);
}

function partsOf(event: AnswerEvent, callsBefore: number): Parameters<Line>[0] {
  if (event.type === 'call') return { calls: [callAt(event.call, callsBefore)] };
  if (event.type === 'end') return {};
  return event.type === 'text' ? { text: event.text } : { thinking: event.text };
}

/** Clients put together what has the same place, and tell results by the id. */
function callAt({ id, name, arguments: args }: Extract<AnswerEvent, { type: 'call' }>['call'], index: number): object {
  return { id, function: { index, name, arguments: args } };
}

const nanosecondsPerMs = 1e6;

function endOf(reason: EndReason, usage: Usage): object {
  const { promptTokens, generatedTokens, totalMs, loadMs, timeToFirstTokenMs } = usage;
  const ns = (ms: number): number => Math.round(Math.max(0, ms) * nanosecondsPerMs);
  return {
    done: true,
    done_reason: finishReason(reason) === 'length' ? 'length' : 'stop',
    total_duration: ns(totalMs),
    load_duration: ns(loadMs),
    prompt_eval_count: promptTokens,
    prompt_eval_duration: ns(timeToFirstTokenMs),
    eval_count: generatedTokens,
    eval_duration: ns(totalMs - timeToFirstTokenMs),
  };
}

/** Nothing to answer: the model is loaded, so that the next question is answered at once; or it leaves memory, unless it is at work. */
async function nothingAsked(
  { luci, queue }: ServeContext,
  body: Checked<typeof chatSchema> | Checked<typeof generateSchema>,
  line: Line,
  signal: AbortSignal,
): Promise<Response> {
  const { model } = body;
  const answer = (reason: string): Response =>
    Response.json({ model, created_at: new Date().toISOString(), ...line({}), done: true, done_reason: reason });
  if (leavesMemory(body)) {
    await luci.engine.stop((await luci.models.choose(model)).name);
    return answer('unload');
  }
  using _place = await queue.enter(signal);
  await using _session = await luci.open(model, { signal });
  return answer('load');
}
