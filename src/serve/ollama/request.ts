import * as v from 'valibot';
import type { ChatMessage, ChatRequest, JsonSchema, ToolDefinition } from '../../engine/engine.ts';
import { unsupported } from '../failure.ts';
import { jsonObject, noArray } from '../json-object.ts';

/** The bodies of /api/chat and /api/generate, and what is asked of a model by them. */

const optionsSchema = v.object({
  temperature: v.nullish(v.pipe(v.number(), v.minValue(0))),
  top_p: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  top_k: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0))),
  min_p: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  repeat_penalty: v.nullish(v.pipe(v.number(), v.minValue(0))),
  seed: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** Negative: no limit. */
  num_predict: v.nullish(v.pipe(v.number(), v.integer())),
  stop: v.nullish(v.union([v.string(), v.array(v.string())])),
});

const commonFields = {
  model: v.pipe(v.string(), v.minLength(1)),
  stream: v.nullish(v.boolean()),
  format: v.nullish(v.union([v.picklist(['json', '']), jsonObject])),
  options: v.nullish(noArray(optionsSchema)),
  think: v.nullish(v.union([v.boolean(), v.picklist(['low', 'medium', 'high'])])),
  /** Seconds, or a time like `5m`. Where nothing is asked, 0 takes the model out of memory; else luci keeps its own time. */
  keep_alive: v.nullish(v.union([v.number(), v.string()])),
};

/** Whether a body asks for its model to leave memory. */
export function leavesMemory({ keep_alive: time }: Pick<v.InferOutput<typeof chatSchema>, 'keep_alive'>): boolean {
  return time === 0 || (typeof time === 'string' && /^0+(\.0+)?(ms|s|m|h)?$/.test(time.trim()));
}

const images = v.nullish(v.array(v.unknown()));

export const chatSchema = v.object({
  ...commonFields,
  messages: v.nullish(
    v.array(
      v.object({
        role: v.picklist(['system', 'user', 'assistant', 'tool']),
        content: v.nullish(v.string()),
        images,
        tool_calls: v.nullish(
          v.array(v.object({ id: v.nullish(v.string()), function: v.object({ name: v.string(), arguments: jsonObject }) })),
        ),
        tool_name: v.nullish(v.string()),
        tool_call_id: v.nullish(v.string()),
      }),
    ),
  ),
  tools: v.nullish(
    v.array(
      v.object({
        function: v.object({ name: v.string(), description: v.nullish(v.string()), parameters: v.nullish(jsonObject) }),
      }),
    ),
  ),
});

export const generateSchema = v.object({
  ...commonFields,
  prompt: v.nullish(v.string()),
  system: v.nullish(v.string()),
  suffix: v.nullish(v.string()),
  raw: v.nullish(v.boolean()),
  images,
});

type Common = Pick<v.InferOutput<typeof chatSchema>, 'format' | 'options' | 'think'>;

/** What both bodies say of how the answer is made. */
export function howOf({ format, options, think }: Common): Omit<ChatRequest, 'messages' | 'tools'> {
  const limit = options?.num_predict ?? undefined;
  const stop = [options?.stop ?? []].flat().filter((text) => text !== '');
  return {
    jsonSchema: schemaOf(format),
    thinking: think === 'medium' ? true : (think ?? undefined),
    maxTokens: limit === undefined || limit < 1 ? undefined : limit,
    stop: stop.length > 0 ? stop : undefined,
    sampling: {
      temperature: options?.temperature ?? undefined,
      topP: options?.top_p ?? undefined,
      topK: options?.top_k ?? undefined,
      minP: options?.min_p ?? undefined,
      repeatPenalty: options?.repeat_penalty ?? undefined,
      seed: options?.seed ?? undefined,
      // Clients of this protocol send all of them with every question, and expect a server to pass over what it does not know.
      ifKnown: true,
    },
  };
}

function schemaOf(format: Common['format']): JsonSchema | undefined {
  if (format === 'json') return { type: 'object' };
  return typeof format === 'object' && format !== null ? format : undefined;
}

/**
 * A result names its call by its id, or by the name of the tool, or not at all: it belongs to the call of that id, else to the oldest of that
 * name, else to the oldest, of those that have none yet.
 */
export function messagesOf(given: NonNullable<v.InferOutput<typeof chatSchema>['messages']>): readonly ChatMessage[] {
  const open: { readonly id: string; readonly name: string }[] = [];
  return given.map((message, index): ChatMessage => {
    if (message.images?.length) throw unsupported('An answer to images');
    const content = message.content ?? '';
    if (message.role === 'assistant') {
      const toolCalls = message.tool_calls?.map((call, place) => ({ id: call.id || `call-${index}-${place}`, ...call.function }));
      open.push(...(toolCalls ?? []));
      return { role: 'assistant', content, toolCalls: toolCalls?.length ? toolCalls : undefined };
    }
    if (message.role !== 'tool') return { role: message.role, content };
    const byId = open.findIndex(({ id }) => id === message.tool_call_id);
    const byName = open.findIndex(({ name }) => name === message.tool_name);
    const [call] = open.splice(Math.max(0, byId < 0 ? byName : byId), 1);
    return { role: 'tool', toolCallId: call?.id ?? `call-${index}`, name: call?.name ?? message.tool_name ?? 'tool', content };
  });
}

/** The tools that are offered. */
export function toolsOf(given: v.InferOutput<typeof chatSchema>['tools']): readonly ToolDefinition[] {
  return (given ?? []).map(({ function: { name, description, parameters } }) => ({
    name,
    description: description ?? '',
    parameters: parameters ?? { type: 'object', properties: {} },
  }));
}
