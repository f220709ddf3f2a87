import type { ChatHistoryItem, ChatModelResponse } from 'node-llama-cpp';
import type { ChatMessage } from '../engine.ts';

/** Our messages as the engine's history. The last item is the empty answer that is to be generated. */
export function historyOf(messages: readonly ChatMessage[]): ChatHistoryItem[] {
  const history: ChatHistoryItem[] = [];
  for (const message of messages) {
    if (message.role === 'system') history.push({ type: 'system', text: message.content });
    else if (message.role === 'user') history.push({ type: 'user', text: message.content });
    else if (message.role === 'assistant') {
      const calls = (message.toolCalls ?? []).map((call) => ({
        type: 'functionCall' as const,
        name: call.name,
        params: call.arguments,
        result: resultOf(messages, call.id),
      }));
      appendAnswer(history, [...(message.content === '' ? [] : [message.content]), ...calls]);
    }
  }
  if (history.at(-1)?.type !== 'model') history.push({ type: 'model', response: [] });
  return history;
}

/** Answers in a row (text, calls, text) are one turn of the model. */
function appendAnswer(history: ChatHistoryItem[], parts: ChatModelResponse['response']): void {
  const last = history.at(-1);
  if (last?.type === 'model') last.response.push(...parts);
  else history.push({ type: 'model', response: parts });
}

function resultOf(messages: readonly ChatMessage[], id: string): unknown {
  const found = messages.find((message) => message.role === 'tool' && message.toolCallId === id);
  return found?.content ?? '';
}
