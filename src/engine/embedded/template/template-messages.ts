import type { ChatMessage, ToolDefinition } from '../../engine.ts';
import type { TemplateMessage } from './template-values.ts';

/** Our messages as templates know them. */
export function templateMessagesOf(messages: readonly ChatMessage[]): TemplateMessage[] {
  return messages.map((message) => {
    if (message.role === 'tool') return { role: 'tool', content: message.content, name: message.name, tool_call_id: message.toolCallId };
    if (message.role !== 'assistant' || !message.toolCalls?.length) return { role: message.role, content: message.content };
    const calls = message.toolCalls.map(({ id, name, arguments: args }) => ({
      type: 'function' as const,
      function: { name, arguments: args },
      id,
    }));
    return { role: 'assistant', content: message.content, tool_calls: calls };
  });
}

/** Our tools as templates know them. */
export function templateToolsOf(tools: readonly ToolDefinition[] | undefined): readonly unknown[] | undefined {
  return tools?.map(({ name, description, parameters }) => ({ type: 'function', function: { name, description, parameters } }));
}
