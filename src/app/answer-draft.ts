import type { AgentEvent } from '../agent/tool-loop.ts';
import type { ChatMessage, Usage } from '../engine/engine.ts';
import { figuresOf } from './chat-branch.ts';
import type { NewTurn } from './chat-record.ts';

/** An answer that is being made. */
export interface Draft {
  content: string;
  thinking: string;
  end: string;
  usage: Usage | undefined;
}

/** Nothing of it yet. */
export function emptyDraft(): Draft {
  return { content: '', thinking: '', end: 'failed', usage: undefined };
}

/** Adds what an event says. */
export function follow(draft: Draft, event: AgentEvent): void {
  if (event.type === 'text') draft.content += event.text;
  else if (event.type === 'thinking') draft.thinking += event.text;
  else if (event.type === 'end') [draft.end, draft.usage] = [event.reason, event.usage];
}

/** The messages of an answer, where they are more than its text: the model is told them again word for word. */
export function stepsOf(messages: readonly ChatMessage[], { content }: Draft): ChatMessage[] | undefined {
  const steps = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);
  const [only] = steps;
  const isPlain = steps.length === 1 && only?.role === 'assistant' && only.written === undefined && only.content === content;
  return isPlain || !steps.some(({ role }) => role === 'tool' || role === 'assistant') ? undefined : steps;
}

/** The answer as a turn, as far as it came. */
export function turnOf({ content, thinking, end, usage }: Draft, model: string): NewTurn {
  return { role: 'assistant', content, thinking: thinking || undefined, end, model, ...figuresOf(usage) };
}
