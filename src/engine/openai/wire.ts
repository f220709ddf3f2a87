import { LuciError } from '../../base/errors.ts';
import type { ChatMessage, ChatRequest, JsonSchema, Sampling, ToolDefinition } from '../engine.ts';
import { grammarOf } from '../grammar/schema-grammar.ts';
import { withinGrammar } from '../grammar/within-grammar.ts';
import { plainText } from '../plain-text.ts';
import { type Dialect, takesAllSampling } from './dialect.ts';

/** The protocol: how a request is written, and the shapes an answer has. */

/** A record of JSON, not looked into yet. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** A piece of a tool call, as it streams: names and arguments come in pieces, told apart by their index. */
export interface ToolCallDelta {
  readonly index?: number;
  readonly id?: string;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A message as the protocol has it. */
export function toWireMessage(message: ChatMessage): unknown {
  if (message.role === 'tool') return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
  if (message.role !== 'assistant' || !message.toolCalls?.length) return { role: message.role, content: message.content };
  return {
    role: 'assistant',
    content: message.content,
    tool_calls: message.toolCalls.map(({ id, name, arguments: args }) => ({
      id,
      type: 'function',
      function: { name, arguments: JSON.stringify(args) },
    })),
  };
}

/** Tools as the protocol has them; undefined for none, which is then not sent. */
export function toWireTools(tools: readonly ToolDefinition[] | undefined): readonly unknown[] | undefined {
  if (!tools?.length) return undefined;
  return tools.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } }));
}

/** The body of a request for an answer in pieces. Members that are undefined are not sent. */
export function requestBody(model: string, dialect: Dialect, request: ChatRequest): object {
  const { messages, tools, toolChoice, jsonSchema, maxTokens, stop } = request;
  const { temperature = 0.7, topP = 0.95, seed } = request.sampling ?? {};
  const hasTools = tools !== undefined && tools.length > 0;
  return {
    model,
    messages: messages.map(toWireMessage),
    stream: true,
    stream_options: { include_usage: true },
    temperature,
    top_p: topP,
    seed,
    max_tokens: maxTokens,
    stop: stop?.length ? stop : undefined,
    tools: toWireTools(tools),
    tool_choice: hasTools ? (toolChoice ?? 'auto') : undefined,
    parallel_tool_calls: hasTools ? false : undefined,
    ...answerForm(dialect, jsonSchema),
    ...moreSampling(dialect, request),
  };
}

/** The body of a request to continue the texts of a conversation, without a template. */
export function continuationBody(model: string, dialect: Dialect, request: ChatRequest): object {
  const { messages, jsonSchema, ...rest } = request;
  const { messages: _, ...body } = requestBody(model, dialect, { ...rest, messages: [], tools: undefined }) as JsonRecord;
  return { ...body, prompt: plainText(messages), grammar: jsonSchema && grammarOf(jsonSchema) };
}

/** What the protocol itself does not have. */
function moreSampling(dialect: Dialect, { sampling = {}, thinking, thinkingTokens }: ChatRequest): object {
  if (!takesAllSampling(dialect)) {
    refuseSampling(sampling);
    return {};
  }
  return {
    top_k: sampling.topK,
    min_p: sampling.minP,
    repeat_penalty: sampling.repeatPenalty,
    chat_template_kwargs: thinking === undefined ? undefined : { enable_thinking: thinking !== false },
    reasoning_effort: typeof thinking === 'string' ? thinking : undefined,
    thinking_budget_tokens: thinkingTokens ?? (thinking === false ? 0 : undefined),
    cache_prompt: true,
  };
}

/** An endpoint of the bare protocol would pass these over without a word. At temperature 0 the likeliest token is chosen, whatever is left out. */
function refuseSampling({ temperature, topK = 0, minP = 0, repeatPenalty = 1, ifKnown = false }: Sampling): void {
  if (ifKnown) return;
  // 0 turns these off, which an endpoint without them does by itself.
  const choice = temperature === 0 ? {} : { 'top-k': topK || undefined, 'min-p': minP || undefined };
  const penalty = { 'repeat-penalty': repeatPenalty === 1 ? undefined : repeatPenalty };
  const [asked] = Object.entries({ ...choice, ...penalty }).find(([, value]) => value !== undefined) ?? [];
  if (asked === undefined) return;
  throw new LuciError(
    'ENGINE_UNSUPPORTED',
    `The endpoint of this model does not know ${asked}: its protocol has temperature, top-p and seed.`,
    {
      hint: `Ask without ${asked}, or ask a model that runs here: luci list`,
    },
  );
}

function answerForm(dialect: Dialect, schema: JsonSchema | undefined): object {
  if (schema === undefined) return {};
  if (dialect === 'llamafile-0.9') return { grammar: grammarOf(schema) };
  const told = dialect === 'llama-server' ? withinGrammar(schema) : schema;
  return { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: told, strict: true } } };
}
