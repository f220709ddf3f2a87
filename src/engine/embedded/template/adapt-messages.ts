import type { Capabilities } from './template-capabilities.ts';
import type { TemplateMessage, TemplatePart } from './template-values.ts';

/** Messages in the form a template wants them in. */

type Adapter = (messages: readonly TemplateMessage[], capabilities: Capabilities) => readonly TemplateMessage[];

/** How messages are changed for a template, by what its text says of its family. */
export function adapterOf(source: string): Adapter {
  const isListed = ['[SYSTEM_PROMPT]', '[TOOL_CALLS]', '[ARGS]'].every((word) => source.includes(word)) && !source.includes('[CALL_ID]');
  const isTrimmed = source.includes('You have access to the following functions in JSONSchema format');
  return (messages, capabilities) => {
    let adapted = messages.map((message) => withArguments(message, capabilities));
    if (isTrimmed) adapted = adapted.map((message) => mapText(message, (text) => text.trim()));
    if (!capabilities.systemRole) adapted = mergeSystem(adapted);
    if (!capabilities.textContent) adapted = adapted.map(asParts);
    return isListed ? adapted.map((message) => (/^(system|assistant)$/.test(message.role) ? asParts(message) : message)) : adapted;
  };
}

/** A template that knows no system prompt is told it with the first question. */
function mergeSystem(messages: readonly TemplateMessage[]): TemplateMessage[] {
  const [first, second, ...rest] = messages;
  if (first?.role !== 'system') return [...messages];
  return second === undefined
    ? []
    : [mapText(second, (text) => `${typeof first.content === 'string' ? first.content : ''}\n${text}`), ...rest];
}

function withArguments(message: TemplateMessage, { objectArguments }: Capabilities): TemplateMessage {
  if (objectArguments || message.tool_calls === undefined) return message;
  const calls = message.tool_calls.map((call) => ({
    ...call,
    function: { ...call.function, arguments: JSON.stringify(call.function.arguments) },
  }));
  return { ...message, tool_calls: calls };
}

function mapText(message: TemplateMessage, change: (text: string) => string): TemplateMessage {
  return typeof message.content === 'string' ? { ...message, content: change(message.content) } : message;
}

function asParts(message: TemplateMessage): TemplateMessage {
  if (typeof message.content !== 'string') return message;
  const parts: readonly TemplatePart[] = [{ type: 'text', text: message.content }];
  return { ...message, content: parts };
}
