import type { ChatMessage, ChatRequest, JsonSchema, ToolDefinition } from '../engine/engine.ts';

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
  return [{ role: 'system', content: told }, ...joined(rest)];
}

/** Many templates refuse two turns of the same side in a row: results of several calls are one. */
function joined(messages: readonly ChatMessage[]): ChatMessage[] {
  const result: ChatMessage[] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (last?.role === 'user' && message.role === 'user')
      result[result.length - 1] = { ...last, content: `${last.content}\n\n${message.content}` };
    else result.push(message);
  }
  return result;
}
