import * as v from 'valibot';
import { LuciError } from '../../../base/errors.ts';
import type { AnswerRequest } from '../../answer.ts';
import { jsonObject } from '../../json-object.ts';
import { answerRequestOf, type ChatBody, samplingFields } from '../chat-request.ts';
import { chatMessagesOf, itemSchema } from './items.ts';

/** The body of /v1/responses. It is answered as a conversation of /v1/chat/completions, and refused by its own names. */

const optional = <S extends v.GenericSchema>(schema: S) => v.nullish(schema);
const { temperature, top_p, top_k, min_p, seed, stop, repeatable, stream } = samplingFields;

const formatSchema = v.variant('type', [
  v.object({ type: v.literal('text') }),
  v.object({ type: v.literal('json_object') }),
  v.object({ type: v.literal('json_schema'), name: optional(v.string()), schema: jsonObject }),
]);

const toolSchema = v.looseObject({
  type: v.string(),
  name: optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/))),
  description: optional(v.string()),
  parameters: optional(jsonObject),
});

export const responsesSchema = v.object({
  ...{ temperature, top_p, top_k, min_p, seed, stop, repeatable, stream },
  model: optional(v.string()),
  input: v.union([v.string(), v.pipe(v.array(itemSchema), v.minLength(1))]),
  instructions: optional(v.string()),
  previous_response_id: optional(v.string()),
  store: optional(v.boolean()),
  max_output_tokens: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  tools: optional(v.array(toolSchema)),
  tool_choice: optional(v.union([v.picklist(['none', 'auto', 'required']), v.object({ type: v.literal('function'), name: v.string() })])),
  parallel_tool_calls: optional(v.boolean()),
  text: optional(v.object({ format: optional(formatSchema) })),
  reasoning: optional(v.object({ effort: optional(v.picklist(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'])) })),
  truncation: optional(v.picklist(['auto', 'disabled'])),
  metadata: optional(jsonObject),
  background: optional(v.boolean()),
  conversation: optional(v.unknown()),
  prompt: optional(v.unknown()),
});

export type ResponsesBody = v.InferOutput<typeof responsesSchema>;
export type ChatMessages = ChatBody['messages'];

/** What is asked for, after the turns of the answer it goes on from. @throws USAGE with the field, ENGINE_UNSUPPORTED by name */
export function askedBy(body: ResponsesBody, before: ChatMessages): { readonly asked: AnswerRequest; readonly turns: ChatMessages } {
  refuseUnsupported(body);
  const turns = [...before, ...chatMessagesOf(body.input)];
  const told: ChatMessages = body.instructions ? [{ role: 'system', content: body.instructions }] : [];
  const choice = body.tool_choice;
  const chat: ChatBody = {
    ...body,
    messages: [...told, ...turns],
    max_tokens: body.max_output_tokens,
    reasoning_effort: body.reasoning?.effort,
    response_format: responseFormat(body),
    tools: body.tools?.map(toolOf),
    tool_choice: typeof choice === 'object' && choice !== null ? { type: 'function', function: { name: choice.name } } : choice,
  };
  return { asked: answerRequestOf(chat), turns };
}

function responseFormat({ text }: ResponsesBody): ChatBody['response_format'] {
  const format = text?.format;
  return format?.type === 'json_schema' ? { type: 'json_schema', json_schema: { schema: format.schema } } : format;
}

function toolOf({ type, name, description, parameters }: NonNullable<ResponsesBody['tools']>[number]) {
  if (type !== 'function') throw refused('tools', `has one of type ${type}; tools here are functions that the client carries out`);
  if (!name) throw new LuciError('USAGE', '"tools" has a function without a name.', { details: { param: 'tools' } });
  return { type: 'function' as const, function: { name, description, parameters } };
}

function refuseUnsupported({ background, conversation, prompt, truncation }: ResponsesBody): void {
  if (background) throw refused('background', 'cannot be had here');
  if (conversation) throw refused('conversation', 'cannot be had here; "previous_response_id" goes on with an answer');
  if (prompt) throw refused('prompt', 'names a text kept elsewhere');
  if (truncation === 'auto') throw refused('truncation', 'is "auto", and nothing is left out of a conversation in silence');
}

function refused(param: string, what: string): LuciError {
  return new LuciError('ENGINE_UNSUPPORTED', `"${param}" ${what}.`, { details: { param } });
}
