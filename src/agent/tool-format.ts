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
  const $defs: Record<string, JsonSchema> = {};
  /** A schema with `$ref` of its own is kept whole, and pointed at: what they point to stays where they point. */
  const part = (name: string, schema: JsonSchema): JsonSchema => {
    if (!JSON.stringify(schema).includes('"$ref"')) return schema;
    $defs[name] = movedTo(`#/$defs/${name}`, schema) as JsonSchema;
    return { $ref: `#/$defs/${name}` };
  };
  const calls = tools.map(({ name, parameters }, index) => ({
    type: 'object',
    properties: { tool: { const: name }, arguments: part(`arguments${index}`, parameters) },
    required: ['tool', 'arguments'],
    additionalProperties: false,
  }));
  const properties = { answer: part('answer', answerSchema) };
  const answer = { type: 'object', properties, required: ['answer'], additionalProperties: false };
  const referred = Object.keys($defs).length > 0 ? { $defs } : {};
  if (toolChoice === 'none') return { ...answer, ...referred };
  return { oneOf: toolChoice === 'required' ? calls : [...calls, answer], ...referred };
}

/** Keys of a schema whose own keys are names, and those whose values are data, whatever they look like. */
const namesIn = ['properties', 'patternProperties', '$defs', 'definitions'];
const dataIn = ['const', 'enum', 'default', 'examples'];

/** A schema, or the schemas by name in it, as it is at `place` of another. */
function movedTo(place: string, part: unknown, isNames = false): unknown {
  if (Array.isArray(part)) return part.map((item) => movedTo(place, item));
  if (typeof part !== 'object' || part === null) return part;
  const pairs = Object.entries(part).map(([key, value]): [string, unknown] => {
    if (isNames) return [key, movedTo(place, value)];
    if (dataIn.includes(key)) return [key, value];
    if (key === '$ref' && typeof value === 'string' && value.startsWith('#')) return [key, place + value.slice(1)];
    return [key, movedTo(place, value, namesIn.includes(key))];
  });
  return Object.fromEntries(pairs);
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
