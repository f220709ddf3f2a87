import * as v from 'valibot';
import { LuciError } from '../../base/errors.ts';
import type { ChatMessage, ChatRequest, ToolCall, ToolDefinition } from '../../engine/engine.ts';
import type { AnswerRequest } from '../answer.ts';
import { jsonObject } from '../json-object.ts';

/** The body of /v1/messages, and what is asked of a model by it. */

const blockSchema = v.looseObject({ type: v.string() });
const contentSchema = v.union([v.string(), v.array(blockSchema)]);
type Block = v.InferOutput<typeof blockSchema>;

const choiceSchema = v.object({
  type: v.picklist(['auto', 'any', 'tool', 'none']),
  name: v.nullish(v.string()),
  disable_parallel_tool_use: v.nullish(v.boolean()),
});

export const countSchema = v.object({
  model: v.pipe(v.string(), v.minLength(1)),
  system: v.nullish(contentSchema),
  messages: v.pipe(v.array(v.object({ role: v.picklist(['user', 'assistant', 'system']), content: contentSchema })), v.minLength(1)),
  tools: v.nullish(v.array(v.object({ name: v.string(), description: v.nullish(v.string()), input_schema: v.nullish(jsonObject) }))),
  tool_choice: v.nullish(choiceSchema),
});

export const messagesSchema = v.object({
  ...countSchema.entries,
  max_tokens: v.pipe(v.number(), v.integer(), v.minValue(1)),
  stream: v.nullish(v.boolean()),
  temperature: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  top_p: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  top_k: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0))),
  stop_sequences: v.nullish(v.array(v.string())),
  thinking: v.nullish(v.object({ type: v.picklist(['enabled', 'disabled', 'adaptive']), budget_tokens: v.nullish(v.number()) })),
});

export type MessagesBody = v.InferOutput<typeof messagesSchema>;
type CountBody = v.InferOutput<typeof countSchema>;

/** What is asked for. @throws USAGE, ENGINE_UNSUPPORTED by name */
export function answerRequestOf(body: MessagesBody): AnswerRequest {
  const { tools, toolChoice } = toolsOf(body);
  const stop = (body.stop_sequences ?? []).filter((text) => text !== '');
  return {
    model: body.model,
    tools,
    oneCall: body.tool_choice?.disable_parallel_tool_use ?? false,
    request: {
      messages: messagesOf(body),
      toolChoice,
      maxTokens: body.max_tokens,
      thinking: body.thinking ? body.thinking.type !== 'disabled' : undefined,
      thinkingTokens: body.thinking?.budget_tokens ?? undefined,
      stop: stop.length > 0 ? stop : undefined,
      sampling: { temperature: body.temperature ?? undefined, topP: body.top_p ?? undefined, topK: body.top_k ?? undefined },
    },
  };
}

/** The tools of a body, and whether they must be called. */
export function toolsOf({ tools: given, tool_choice: choice }: Pick<CountBody, 'tools' | 'tool_choice'>): {
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ChatRequest['toolChoice'];
} {
  const tools = (given ?? []).map(({ name, description, input_schema: schema }) => ({
    name,
    description: description ?? '',
    parameters: schema ?? { type: 'object', properties: {} },
  }));
  if (choice?.type !== 'tool') return { tools, toolChoice: choice?.type === 'any' ? 'required' : (choice?.type ?? undefined) };
  const named = tools.filter(({ name }) => name === choice.name);
  if (named.length > 0) return { tools: named, toolChoice: 'required' };
  throw new LuciError('USAGE', `"tool_choice" names ${choice.name ?? 'no tool'}, which is not among the tools.`, {
    details: { param: 'tool_choice' },
  });
}

/** The conversation with the system prompt at its head. */
export function messagesOf({ system, messages }: Pick<CountBody, 'system' | 'messages'>): readonly ChatMessage[] {
  const names = new Map<string, string>();
  const turns = messages.map((message) => ({ role: message.role, blocks: blocksOf(message.content) }));
  const told = [blocksOf(system ?? ''), ...turns.filter(({ role }) => role === 'system').map(({ blocks }) => blocks)]
    .map(textOf)
    .filter(Boolean);
  return [
    ...(told.length > 0 ? [{ role: 'system' as const, content: told.join('\n\n') }] : []),
    ...turns.flatMap(({ role, blocks }): ChatMessage[] => {
      if (role === 'system') return [];
      return role === 'assistant' ? [assistantTurn(blocks, names)] : userTurns(blocks, names);
    }),
  ];
}

function blocksOf(content: string | readonly Block[]): readonly Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function assistantTurn(blocks: readonly Block[], names: Map<string, string>): ChatMessage {
  const toolCalls = blocks.filter(({ type }) => type === 'tool_use').map(callOf);
  for (const { id, name } of toolCalls) names.set(id, name);
  const said = blocks.filter(({ type }) => type !== 'tool_use' && type !== 'thinking' && type !== 'redacted_thinking');
  return { role: 'assistant', content: textOf(said), toolCalls: toolCalls.length > 0 ? toolCalls : undefined };
}

function callOf({ id, name, input }: Block): ToolCall {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return { id: String(id), name: String(name), arguments: isObject ? (input as ToolCall['arguments']) : {} };
}

/** Results of tools stand in the user's turn, before what the user says. */
function userTurns(blocks: readonly Block[], names: ReadonlyMap<string, string>): ChatMessage[] {
  const results = blocks
    .filter(({ type }) => type === 'tool_result')
    .map((block): ChatMessage => {
      const toolCallId = String(block['tool_use_id']);
      const name = names.get(toolCallId);
      if (name === undefined)
        throw new LuciError('USAGE', '"tool_use_id" names no tool_use of a message before.', { details: { param: 'messages' } });
      const content = block['content'];
      return { role: 'tool', toolCallId, name, content: textOf(blocksOf(content === undefined ? '' : (content as string | Block[]))) };
    });
  const said = blocks.filter(({ type }) => type !== 'tool_result');
  return said.length > 0 ? [...results, { role: 'user', content: textOf(said) }] : results;
}

function textOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.type === 'text' && typeof block['text'] === 'string') return block['text'];
      throw new LuciError('ENGINE_UNSUPPORTED', `"messages" has a block of type ${block.type}; models are given text only.`);
    })
    .join('');
}
