import { withOneSystem } from '../agent/request.ts';
import { LuciError } from '../base/errors.ts';
import type { ChatMessage, ToolCall } from '../engine/engine.ts';
import type { PromptMessage, PromptPart } from './specification.ts';

/** A conversation of the AI SDK as the engine has it. */

/** The turns. @throws ENGINE_UNSUPPORTED for parts that are no text, by their type */
export function messagesOf(prompt: readonly PromptMessage[]): readonly ChatMessage[] {
  return withOneSystem(prompt.flatMap(turnsOf));
}

function turnsOf(message: PromptMessage): readonly ChatMessage[] {
  if (message.role === 'system') return [{ role: 'system', content: message.content }];
  if (message.role === 'user') return [{ role: 'user', content: textOf(message.content) }];
  if (message.role === 'assistant') return [assistantTurn(message.content)];
  // An answer to a question of the provider's own tools is for nobody here: luci has none.
  return message.content.filter(({ type }) => type !== 'tool-approval-response').map(resultTurn);
}

/** What a model thought before is not told it again, as in its own template. */
function assistantTurn(parts: readonly PromptPart[]): ChatMessage {
  const toolCalls = parts.filter(({ type }) => type === 'tool-call').map(callOf);
  const content = textOf(parts.filter(({ type }) => type !== 'tool-call' && type !== 'reasoning'));
  return { role: 'assistant', content, toolCalls: toolCalls.length > 0 ? toolCalls : undefined };
}

function callOf({ toolCallId = '', toolName = '', input }: PromptPart): ToolCall {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  const call = { id: toolCallId, name: toolName };
  if (isObject) return { ...call, arguments: input as ToolCall['arguments'] };
  return { ...call, arguments: {}, unreadable: typeof input === 'string' ? input : JSON.stringify(input ?? null) };
}

function resultTurn(part: PromptPart): ChatMessage {
  const { type, toolCallId = '', toolName = '', output } = part;
  if (type !== 'tool-result' || !output) throw unsupported(part);
  return { role: 'tool', toolCallId, name: toolName, content: resultText(output) };
}

function resultText({ type, value, reason }: NonNullable<PromptPart['output']>): string {
  if (type === 'execution-denied') return `error: ${reason ?? 'the user did not allow this'}`;
  const text = type === 'content' ? textOf(value as readonly PromptPart[]) : typeof value === 'string' ? value : JSON.stringify(value);
  return type.startsWith('error-') ? `error: ${text}` : text;
}

function textOf(parts: readonly PromptPart[]): string {
  return parts
    .map((part) => {
      if (part.type === 'text' && typeof part.text === 'string') return part.text;
      throw unsupported(part);
    })
    .join('');
}

function unsupported({ type, mediaType }: PromptPart): LuciError {
  const what = mediaType === undefined ? type : `${type} (${mediaType})`;
  return new LuciError('ENGINE_UNSUPPORTED', `The prompt has a part of type ${what}; models are given text only.`);
}
