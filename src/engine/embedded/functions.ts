import type { ChatModelFunctions, LlamaModel } from 'node-llama-cpp';
import type { ChatRequest, ToolDefinition } from '../engine.ts';

/** Tools in the engine's words, for models that know them. */

/** Whether the model's own chat template speaks of tools: only such models were trained to call them. */
export function knowsTools(model: LlamaModel): boolean {
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  return typeof template === 'string' && /\btools\b/.test(template) && /\btool_calls?\b/.test(template);
}

/** The functions of a request; undefined where there are none, or where a schema forces the answer. */
export function functionsOf({
  tools,
  toolChoice,
  jsonSchema,
}: Pick<ChatRequest, 'tools' | 'toolChoice' | 'jsonSchema'>): ChatModelFunctions | undefined {
  if (!tools?.length || toolChoice === 'none' || jsonSchema !== undefined) return undefined;
  return Object.fromEntries(tools.map(functionOf));
}

function functionOf({ name, description, parameters }: ToolDefinition): [string, ChatModelFunctions[string]] {
  return [name, { description, params: parameters as NonNullable<ChatModelFunctions[string]['params']> }];
}
