import type { ChatRequest, EngineFacts } from '../engine/engine.ts';

/** How a model is asked to call tools: in its own way, through its template, or by the grammar of tool-format.ts. */
export type ToolWay = 'native' | 'grammar';

/** The way for a request: the grammar where the engine knows no other, or where a schema forces the answer. */
export function toolWayOf({ supports }: EngineFacts, { toolChoice, jsonSchema }: Pick<ChatRequest, 'toolChoice' | 'jsonSchema'>): ToolWay {
  const isNative = toolChoice === 'required' ? supports.requiredCalls : supports.tools;
  return isNative && jsonSchema === undefined ? 'native' : 'grammar';
}
