import type { ChatMessage, ChatRequest, JsonSchema, ToolCall, ToolDefinition } from '../engine/engine.ts';

/**
 * Tools for models and engines that know none: the tools are told in the system prompt, and the answer is forced by a grammar to be
 * either one call or the final text. Every model that can write can be asked this way.
 */

/** What the model is told. */
export function toolInstructions(tools: readonly ToolDefinition[]): string {
  const lines = tools.map(({ name, description, parameters }) => {
    const properties = Object.entries((parameters['properties'] ?? {}) as Record<string, { type?: string; description?: string }>);
    const args = properties.map(([key, { description: what }]) => `"${key}": ${what ?? 'text'}`).join(', ');
    return `- ${name}: ${description}. Arguments: {${args}}`;
  });
  return [
    'You can use these tools:',
    ...lines,
    'To use a tool, reply with JSON only: {"tool": "<name>", "arguments": {...}}. You then get its result.',
    'When the task is done, or no tool is needed, reply with JSON only: {"answer": "<text for the user>"}.',
  ].join('\n');
}

/** The grammar of a reply: one of the tools, or the answer, as `toolChoice` allows. The answer is text, or a value of `answerSchema`. */
export function toolReplySchema(
  tools: readonly ToolDefinition[],
  { toolChoice = 'auto', jsonSchema: answerSchema = { type: 'string' } }: Pick<ChatRequest, 'toolChoice' | 'jsonSchema'>,
): JsonSchema {
  const calls = tools.map(({ name, parameters }) => ({
    type: 'object',
    properties: { tool: { const: name }, arguments: parameters },
    required: ['tool', 'arguments'],
    additionalProperties: false,
  }));
  const answer = { type: 'object', properties: { answer: answerSchema }, required: ['answer'], additionalProperties: false };
  // What `$ref` of the answer's schema points to stays where it points.
  const referred = Object.fromEntries(['$defs', 'definitions'].flatMap((key) => (key in answerSchema ? [[key, answerSchema[key]]] : [])));
  if (toolChoice === 'none') return { ...answer, ...referred };
  return { oneOf: toolChoice === 'required' ? calls : [...calls, answer], ...referred };
}

/** A conversation with the tools told, and earlier calls and results as plain turns. */
export function withToolsAsText(messages: readonly ChatMessage[], tools: readonly ToolDefinition[]): ChatMessage[] {
  const system = messages.find(({ role }) => role === 'system')?.content;
  const told = [system, toolInstructions(tools)].filter(Boolean).join('\n\n');
  const rest = messages.flatMap((message): ChatMessage[] => {
    if (message.role === 'system') return [];
    if (message.role === 'tool') return [{ role: 'user', content: `Result of ${message.name}:\n${message.content}` }];
    if (message.role !== 'assistant') return [message];
    if (message.written !== undefined) return [{ role: 'assistant', content: message.written }];
    const calls = (message.toolCalls ?? []).map(({ name, arguments: args }) => JSON.stringify({ tool: name, arguments: args }));
    const said = message.content === '' ? [] : [message.toolCalls?.length ? message.content : JSON.stringify({ answer: message.content })];
    return [{ role: 'assistant', content: [...said, ...calls].join('\n') }];
  });
  return [{ role: 'system', content: told }, ...rest];
}

/** A reply in that form; text that is none (a limit may cut it) is taken as the answer. An answer that is no text comes as JSON. */
export function parseToolReply(text: string, id: string): { readonly call: ToolCall } | { readonly answer: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      const { tool, arguments: args, answer } = value as Record<string, unknown>;
      if (typeof tool === 'string' && typeof args === 'object' && args !== null)
        return { call: { id, name: tool, arguments: args as Record<string, unknown> } };
      if (answer !== undefined) return { answer: typeof answer === 'string' ? answer : JSON.stringify(answer) };
    }
  } catch {
    // Cut by a limit.
  }
  return { answer: text };
}
