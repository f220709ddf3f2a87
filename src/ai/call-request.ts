import { checkRequest } from '../agent/check-request.ts';
import type { ClientRequest } from '../agent/client-answer.ts';
import { withSchemaInstructions } from '../agent/schema-instructions.ts';
import { LuciError } from '../base/errors.ts';
import type { ChatRequest, JsonSchema, ToolDefinition } from '../engine/engine.ts';
import { messagesOf } from './prompt.ts';
import type { CallOptions, ToolOption, Warning } from './specification.ts';

/** What is asked of a model by a call of the AI SDK. What cannot be had is a warning; what cannot be meant is refused. */

/** Settings of luci that the SDK has no word for, as `providerOptions: { luci: { … } }`. */
export interface LuciCallOptions extends Pick<ChatRequest, 'thinking' | 'thinkingTokens' | 'repeatable'> {
  readonly minP?: number;
  readonly repeatPenalty?: number;
  /** At most one call a turn (default false). */
  readonly oneCall?: boolean;
}

const knownOptions: Readonly<Record<keyof LuciCallOptions, true>> = {
  thinking: true,
  thinkingTokens: true,
  repeatable: true,
  minP: true,
  repeatPenalty: true,
  oneCall: true,
};

/** The request, and what of the call is left out of it. @throws USAGE, ENGINE_UNSUPPORTED */
export function requestOf(options: CallOptions): { readonly asked: ClientRequest; readonly warnings: Warning[] } {
  const own = (options.providerOptions?.['luci'] ?? {}) as LuciCallOptions;
  const { tools, toolChoice } = toolsOf(options);
  const jsonSchema = schemaOf(options);
  const messages = messagesOf(options.prompt);
  const stop = (options.stopSequences ?? []).filter((text) => text !== '');
  const settings = {
    maxTokens: options.maxOutputTokens,
    stop: stop.length > 0 ? stop : undefined,
    repeatable: own.repeatable,
    thinking: own.thinking ?? thinkingOf(options),
    thinkingTokens: own.thinkingTokens,
    toolChoice,
    jsonSchema,
    sampling: {
      temperature: options.temperature,
      topP: options.topP,
      topK: options.topK,
      minP: own.minP,
      repeatPenalty: own.repeatPenalty,
      seed: options.seed,
    },
  };
  checkRequest(settings);
  const told = jsonSchema && tools.length === 0 ? withSchemaInstructions(messages, jsonSchema) : messages;
  return {
    asked: { request: { ...settings, messages: told }, tools, oneCall: own.oneCall === true },
    warnings: warningsOf(options, own),
  };
}

function warningsOf({ presencePenalty, frequencyPenalty, tools = [] }: CallOptions, own: object): Warning[] {
  const penalties = { presencePenalty, frequencyPenalty };
  return [
    ...Object.entries(penalties).flatMap(([feature, value]) => (value ? [unsupported(feature)] : [])),
    ...tools.filter(isForeign).map(({ name }) => unsupported(`tool ${name}`, 'It is run by its provider, and luci runs none.')),
    ...Object.keys(own).flatMap((name) => (Object.hasOwn(knownOptions, name) ? [] : [unsupported(`providerOptions.luci.${name}`)])),
  ];
}

function unsupported(feature: string, details?: string): Warning {
  return { type: 'unsupported', feature, details };
}

function isForeign({ type }: ToolOption): boolean {
  return type !== 'function';
}

function toolsOf({ tools: given = [], toolChoice: choice }: CallOptions): {
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ChatRequest['toolChoice'];
} {
  const tools = given
    .filter((tool) => !isForeign(tool))
    .map(({ name, description = '', inputSchema = { type: 'object', properties: {} } }) => ({
      name,
      description,
      parameters: inputSchema as JsonSchema,
    }));
  if (choice?.type === 'required' && tools.length === 0)
    throw new LuciError('USAGE', 'toolChoice says that a tool is required, and there are none.');
  if (choice?.type !== 'tool') return { tools, toolChoice: choice?.type };
  const named = tools.filter(({ name }) => name === choice.toolName);
  if (named.length === 0) throw new LuciError('USAGE', `toolChoice names ${choice.toolName}, which is not among the tools.`);
  return { tools: named, toolChoice: 'required' };
}

function schemaOf({ responseFormat: format }: CallOptions): JsonSchema | undefined {
  return format?.type === 'json' ? ((format.schema as JsonSchema | undefined) ?? { type: 'object' }) : undefined;
}

function thinkingOf({ reasoning }: CallOptions): ChatRequest['thinking'] {
  if (reasoning === undefined || reasoning === 'provider-default') return undefined;
  if (reasoning === 'none') return false;
  if (reasoning === 'minimal' || reasoning === 'low') return 'low';
  return reasoning === 'medium' ? true : 'high';
}
