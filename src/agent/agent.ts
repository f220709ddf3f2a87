import { isLuciError, LuciError } from '../base/errors.ts';
import { merged } from '../base/merged.ts';
import { shareOpening } from '../base/shared-opening.ts';
import type { ChatMessage, ChatRequest, GenerationEvent, JsonSchema, Session, Usage } from '../engine/engine.ts';
import { type Conversation, createConversation } from './conversation.ts';
import type { RequestDefaults } from './request.ts';
import { schemaInstructions } from './schema-instructions.ts';
import { schemaProblem } from './schema-problem.ts';
import { type AgentEvent, answerWithTools } from './tool-loop.ts';

/** Questions to a model. Knows conversations, not where models come from. */

/** What an agent is made with. */
export interface AgentOptions extends RequestDefaults {
  /** Opens the model; called at the first question. The signal fires when no question waits for it any more. */
  readonly openModel: (signal: AbortSignal) => Promise<Session>;
}

/** What one question may change. */
export interface QueryOptions extends RequestDefaults {
  /** The answer is forced into this JSON schema. */
  readonly jsonSchema?: JsonSchema;
  readonly signal?: AbortSignal;
}

/** A whole answer. */
export interface Answer {
  readonly text: string;
  readonly thinking: string;
  readonly reason: Extract<GenerationEvent, { type: 'end' }>['reason'];
  readonly usage: Usage;
}

/** A model to ask. Questions are independent of each other; {@link chat} remembers. */
export interface Agent extends AsyncDisposable {
  /** The answer's text. */
  query(prompt: string, options?: QueryOptions): Promise<string>;
  /** The answer with usage and timings. */
  answer(prompt: string, options?: QueryOptions): Promise<Answer>;
  /** The answer as it comes; leaving the loop ends it. */
  stream(prompt: string, options?: QueryOptions): AsyncIterable<AgentEvent>;
  /**
   * The answer as a value of a JSON schema. The engine is held to the schema where it can be, and the value is checked against it in any
   * case; `check` may check more and give it its type. Throws ENGINE_FAILED with what is wrong.
   */
  json<T = unknown>(prompt: string, schema: JsonSchema, options?: QueryOptions & { readonly check?: (value: unknown) => T }): Promise<T>;
  /** A conversation whose turns are remembered, the oldest forgotten when the context is full. */
  chat(options?: RequestDefaults & { readonly messages?: readonly ChatMessage[] }): Conversation;
  /** One vector a text. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (readonly number[])[]>;
  close(): Promise<void>;
}

/** An agent. The model is opened by the first question, and again by the next one where its engine was lost. */
export function createAgent({ openModel, ...defaults }: AgentOptions): Agent {
  const shared = shareOpening(openModel);
  let isClosed = false;
  const requireOpen = (): void => {
    if (isClosed) throw new LuciError('FAILED', 'This agent is closed.');
  };
  async function open(signal?: AbortSignal): Promise<Session> {
    requireOpen();
    const { value: known } = shared;
    // It may have crashed since, or been stopped by another command.
    if (known && !(await isThere(known))) shared.drop(known);
    const session = await shared.get(signal);
    requireOpen();
    return session;
  }

  async function* stream(prompt: string, options: QueryOptions = {}): AsyncGenerator<AgentEvent> {
    const all = merged<QueryOptions>(defaults, options);
    const opened = await open(options.signal);
    const request = requestOf(prompt, all);
    if (!all.tools?.length) yield* opened.generate(request, options.signal);
    else yield* answerWithTools(opened, request, [...request.messages], { ...all, tools: all.tools });
  }

  async function answer(prompt: string, options?: QueryOptions): Promise<Answer> {
    return collect(stream(prompt, options));
  }

  async function close(): Promise<void> {
    isClosed = true;
    await shared.close();
  }

  return {
    answer,
    stream,
    close,
    query: async (prompt, options) => (await answer(prompt, options)).text,
    async json<T>(prompt: string, schema: JsonSchema, options: QueryOptions & { readonly check?: (value: unknown) => T } = {}) {
      const { check = (value: unknown) => value as T, ...query } = options;
      const { text, reason } = await answer(`${prompt}\n\n${schemaInstructions(schema)}`, { ...query, jsonSchema: schema });
      const failed = (why: string, cause?: unknown): LuciError =>
        new LuciError('ENGINE_FAILED', `The answer is no value of the schema: ${why}.`, { cause, details: { reason } });
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch (cause) {
        throw failed(reason === 'length' ? 'it was cut by the limit of tokens' : 'it is no JSON', cause);
      }
      const problem = await schemaProblem(schema, value);
      if (problem !== undefined) throw failed(problem);
      try {
        return check(value);
      } catch (cause) {
        throw failed(cause instanceof Error ? cause.message : String(cause), cause);
      }
    },
    chat: (options = {}) => createConversation(open, merged<RequestDefaults>(defaults, options)),
    embed: async (texts, signal) => (await open(signal)).embed(texts, signal),
    [Symbol.asyncDispose]: close,
  };
}

/** Whether a session still has its engine. Counting runs no model: when the engine does not answer, it was gone before. */
async function isThere(session: Session): Promise<boolean> {
  try {
    await session.countTokens([{ role: 'user', content: '' }]);
    return true;
  } catch (error) {
    if (!isLuciError(error, 'ENGINE_CRASHED')) return true; // Something else, which the question itself will meet.
    await session[Symbol.asyncDispose]();
    return false;
  }
}

/** The whole answer of a stream. */
export async function collect(events: AsyncIterable<AgentEvent>): Promise<Answer> {
  let text = '';
  let thinking = '';
  for await (const event of events) {
    if (event.type === 'text') text += event.text;
    else if (event.type === 'thinking') thinking += event.text;
    else if (event.type === 'end') return { text, thinking, reason: event.reason, usage: event.usage };
  }
  throw new LuciError('ENGINE_FAILED', 'The engine ended the answer without saying why.', { hint: 'luci stop, then ask again' });
}

function requestOf(prompt: string, { system, sampling, maxTokens, thinking, thinkingTokens, jsonSchema }: QueryOptions): ChatRequest {
  const messages: ChatMessage[] = [...(system ? [{ role: 'system' as const, content: system }] : []), { role: 'user', content: prompt }];
  return {
    messages,
    sampling,
    maxTokens,
    thinking,
    thinkingTokens,
    jsonSchema,
  };
}
