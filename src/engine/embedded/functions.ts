import type { ChatRequest, ToolDefinition } from '../engine.ts';

/** The tools that the model is told of; undefined where there are none, or where a schema forces the answer. */
export function toolsOf({
  tools,
  toolChoice,
  jsonSchema,
}: Pick<ChatRequest, 'tools' | 'toolChoice' | 'jsonSchema'>): readonly ToolDefinition[] | undefined {
  return !tools?.length || toolChoice === 'none' || jsonSchema !== undefined ? undefined : tools;
}
