import type { ChatRequest, EngineFacts } from '../engine/engine.ts';

/** How a model is asked to call tools: in its own way, through its template, or by the grammar of tool-format.ts. */
export type ToolWay = 'native' | 'grammar';

/**
 * Models whose templates speak of tools and that are asked by the grammar all the same, by the name their file has for itself. From
 * `npm run bench:tools`; docs/tools.md has the figures, and how far they carry.
 */
const measuredWays: readonly { readonly model: RegExp; readonly way: ToolWay; readonly why: string }[] = [
  {
    model: /qwen ?2\.5[ -]coder/i,
    way: 'grammar',
    why: 'never writes the tags of its template, and repeats its call when it is told the result',
  },
];

/**
 * The way for a request: the grammar where the engine knows no other, where a schema forces the answer, and where it was measured to be
 * better. An endpoint of others may keep to no grammar, so there the model's own way is taken wherever it can be.
 */
export function toolWayOf(
  { kind, supports, modelName = '' }: Pick<EngineFacts, 'kind' | 'supports' | 'modelName'>,
  { toolChoice, jsonSchema }: Pick<ChatRequest, 'toolChoice' | 'jsonSchema'> = {},
): ToolWay {
  const isNative = toolChoice === 'required' ? supports.requiredCalls : supports.tools;
  if (!isNative || jsonSchema !== undefined) return 'grammar';
  const measured = kind === 'remote' ? undefined : measuredWays.find(({ model }) => model.test(modelName));
  return measured?.way ?? 'native';
}
