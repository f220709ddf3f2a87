import { randomInt } from 'node:crypto';
import * as v from 'valibot';
import { withOneSystem } from '../../agent/request.ts';
import { withSchemaInstructions } from '../../agent/schema-instructions.ts';
import { LuciError } from '../../base/errors.ts';
import type { ChatMessage, ChatRequest, JsonSchema, Sampling, ToolCall, ToolDefinition } from '../../engine/engine.ts';
import type { AnswerRequest } from '../answer.ts';
import { jsonObject } from '../json-object.ts';

/** The body of /v1/chat/completions, and what is asked of a model by it. A known field with an unknown value is refused by its name. */

const optional = <S extends v.GenericSchema>(schema: S) => v.nullish(schema);
const number = (min: number, max: number) => v.pipe(v.number(), v.minValue(min), v.maxValue(max));
const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const contentSchema = v.union([v.string(), v.array(v.looseObject({ type: v.string() }))]);

const callSchema = v.object({ id: v.string(), function: v.object({ name: v.string(), arguments: v.string() }) });

const messageSchema = v.object({
  role: v.picklist(['system', 'developer', 'user', 'assistant', 'tool']),
  content: optional(contentSchema),
  tool_calls: optional(v.array(callSchema)),
  tool_call_id: optional(v.string()),
});

const toolSchema = v.object({
  type: v.literal('function'),
  function: v.object({
    name: v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
    description: optional(v.string()),
    parameters: optional(jsonObject),
  }),
});

const responseFormatSchema = v.variant('type', [
  v.object({ type: v.literal('text') }),
  v.object({ type: v.literal('json_object') }),
  v.object({ type: v.literal('json_schema'), json_schema: v.object({ schema: jsonObject }) }),
]);

/** Fields of sampling, the same for /v1/completions. */
export const samplingFields = {
  temperature: optional(number(0, 100)),
  top_p: optional(number(0, 1)),
  top_k: optional(whole(0, 1e6)),
  min_p: optional(number(0, 1)),
  repeat_penalty: optional(number(0, 100)),
  seed: optional(whole(0, Number.MAX_SAFE_INTEGER)),
  stop: optional(v.union([v.string(), v.array(v.string())])),
  max_tokens: optional(whole(1, 1e7)),
  repeatable: optional(v.boolean()),
  n: optional(whole(1, 8)),
  stream: optional(v.boolean()),
  stream_options: optional(v.object({ include_usage: optional(v.boolean()) })),
};

export const chatSchema = v.object({
  ...samplingFields,
  model: optional(v.string()),
  messages: v.pipe(v.array(messageSchema), v.minLength(1)),
  max_completion_tokens: optional(whole(1, 1e7)),
  tools: optional(v.array(toolSchema)),
  tool_choice: optional(
    v.union([
      v.picklist(['none', 'auto', 'required']),
      v.object({ type: v.literal('function'), function: v.object({ name: v.string() }) }),
    ]),
  ),
  parallel_tool_calls: optional(v.boolean()),
  response_format: optional(responseFormatSchema),
  reasoning_effort: optional(v.picklist(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'])),
  /** What clients of llama-server and vLLM say instead. */
  chat_template_kwargs: optional(v.object({ enable_thinking: optional(v.boolean()) })),
  /** luci's own: the answer comes with a signed receipt, which `luci replay` confirms. */
  receipt: optional(v.boolean()),
  /** luci's own: the stream is kept, and goes on for who comes back after its connection, or the server, was lost. */
  resumable: optional(v.boolean()),
  logprobs: optional(v.boolean()),
  logit_bias: optional(jsonObject),
  frequency_penalty: optional(number(-2, 2)),
  presence_penalty: optional(number(-2, 2)),
});

export type ChatBody = v.InferOutput<typeof chatSchema>;

/** What is asked for. @throws USAGE with the field, ENGINE_UNSUPPORTED for what no engine does */
export function answerRequestOf(body: ChatBody): AnswerRequest {
  refuseUnsupported(body);
  const jsonSchema = schemaOf(body);
  const messages = messagesOf(body.messages);
  const { tools, toolChoice } = toolsOf(body);
  return {
    model: body.model ?? undefined,
    tools,
    oneCall: body.parallel_tool_calls === false,
    withReceipt: body.receipt ?? false,
    request: {
      messages: jsonSchema && tools.length === 0 ? withSchemaInstructions(messages, jsonSchema) : messages,
      jsonSchema,
      toolChoice,
      thinking: thinkingOf(body),
      ...(body.receipt || body.resumable ? repeatably(body) : samplingOf(body)),
      maxTokens: body.max_completion_tokens ?? body.max_tokens ?? undefined,
    },
  };
}

/** The fields of sampling as the engine has them. */
export function samplingOf(
  body: Pick<ChatBody, 'temperature' | 'top_p' | 'top_k' | 'min_p' | 'repeat_penalty' | 'seed' | 'stop' | 'repeatable'>,
): Pick<ChatRequest, 'sampling' | 'stop' | 'repeatable'> {
  const sampling: Sampling = {
    temperature: body.temperature ?? undefined,
    topP: body.top_p ?? undefined,
    topK: body.top_k ?? undefined,
    minP: body.min_p ?? undefined,
    repeatPenalty: body.repeat_penalty ?? undefined,
    seed: body.seed ?? undefined,
  };
  const stop = [body.stop ?? []].flat().filter((text) => text !== '');
  return { sampling, stop: stop.length > 0 ? stop : undefined, repeatable: body.repeatable ?? undefined };
}

/** An answer that gets a receipt, or goes on after it was cut off, must come out the same when it is asked again. */
function repeatably(body: ChatBody): ReturnType<typeof samplingOf> {
  if ((body.n ?? 1) > 1) throw wrong(body.receipt ? 'receipt' : 'resumable', 'is for one answer, and "n" asks for more');
  if (body.resumable && !body.stream) throw wrong('resumable', 'is for streams, and needs "stream": true');
  if (body.receipt && typeof body.seed !== 'number' && !body.repeatable) throw wrong('receipt', 'needs "seed", or "repeatable": true');
  const { sampling, stop } = samplingOf(body);
  return { sampling: { ...sampling, seed: sampling?.seed ?? randomInt(2 ** 31) }, stop, repeatable: true };
}

function refuseUnsupported({ logprobs, logit_bias: bias, frequency_penalty: frequency, presence_penalty: presence }: ChatBody): void {
  const refused =
    (logprobs && 'logprobs') ||
    (bias && Object.keys(bias).length > 0 && 'logit_bias') ||
    (frequency && 'frequency_penalty') ||
    (presence && 'presence_penalty');
  if (refused) throw new LuciError('ENGINE_UNSUPPORTED', `"${refused}" cannot be had here.`, { details: { param: refused } });
}

function thinkingOf({ reasoning_effort: effort, chat_template_kwargs: told }: ChatBody): ChatRequest['thinking'] {
  if (effort === undefined || effort === null) return told?.enable_thinking ?? undefined;
  if (effort === 'none') return false;
  if (effort === 'low' || effort === 'minimal') return 'low';
  return effort === 'medium' ? true : 'high';
}

function schemaOf({ response_format: format }: ChatBody): JsonSchema | undefined {
  if (format?.type === 'json_schema') return format.json_schema.schema;
  return format?.type === 'json_object' ? { type: 'object' } : undefined;
}

function toolsOf({ tools: given, tool_choice: choice }: ChatBody): {
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ChatRequest['toolChoice'];
} {
  const tools = (given ?? []).map(({ function: { name, description, parameters } }) => ({
    name,
    description: description ?? '',
    parameters: parameters ?? { type: 'object', properties: {} },
  }));
  if (choice === undefined || choice === null) return { tools, toolChoice: undefined };
  if (typeof choice === 'string') {
    if (choice === 'required' && tools.length === 0) throw wrong('tool_choice', 'says that a tool is required, and there are none');
    return { tools, toolChoice: choice };
  }
  const named = tools.filter(({ name }) => name === choice.function.name);
  if (named.length === 0) throw wrong('tool_choice', `names ${choice.function.name}, which is not among the tools`);
  return { tools: named, toolChoice: 'required' };
}

function wrong(param: string, what: string): LuciError {
  return new LuciError('USAGE', `"${param}" ${what}.`, { details: { param } });
}

function messagesOf(given: ChatBody['messages']): readonly ChatMessage[] {
  const names = new Map<string, string>();
  const messages = given.map((message, index) => {
    const turn = turnOf(message, `messages.${index}`, names);
    if (turn.role === 'assistant') for (const { id, name } of turn.toolCalls ?? []) names.set(id, name);
    return turn;
  });
  return withOneSystem(messages);
}

/** `names`: of the calls before, by id. */
function turnOf(message: ChatBody['messages'][number], place: string, names: ReadonlyMap<string, string>): ChatMessage {
  const content = textOf(message.content, `${place}.content`);
  if (message.role === 'assistant') {
    const toolCalls = message.tool_calls?.map(callOf);
    return { role: 'assistant', content, toolCalls: toolCalls?.length ? toolCalls : undefined };
  }
  if (message.role !== 'tool') return { role: message.role === 'developer' ? 'system' : message.role, content };
  const toolCallId = message.tool_call_id ?? '';
  const name = names.get(toolCallId);
  if (name === undefined) throw wrong(`${place}.tool_call_id`, 'names no call of a message before');
  return { role: 'tool', toolCallId, name, content };
}

function callOf({ id, function: { name, arguments: text } }: v.InferOutput<typeof callSchema>): ToolCall {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { id, name, arguments: value as ToolCall['arguments'] };
  } catch {
    // As the model wrote it.
  }
  return { id, name, arguments: {}, unreadable: text };
}

/** The text of a message that may be given in parts. */
export function textOf(content: v.InferOutput<typeof contentSchema> | null | undefined, param: string): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  return content
    .map((part) => {
      if ((part.type === 'text' || part.type === 'input_text' || part.type === 'output_text') && typeof part['text'] === 'string')
        return part['text'];
      throw new LuciError('ENGINE_UNSUPPORTED', `"${param}" has a part of type ${part.type}; models are given text only.`, {
        details: { param },
      });
    })
    .join('');
}
