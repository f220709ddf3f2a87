import { throwIfAborted } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import { merged } from '../base/merged.ts';
import type { ChatMessage, GenerationEvent, JsonSchema, Session, Usage } from '../engine/engine.ts';
import { checkMessages, checkObject, checkPrompt, checkRequest, checkSchema, checkSignal, checkTexts } from './check-request.ts';
import { type Conversation, createConversation } from './conversation.ts';
import { createModelSlot } from './model-slot.ts';
import { type RequestDefaults, requestOf, systemTurn } from './request.ts';
import { schemaInstructions } from './schema-instructions.ts';
import { schemaProblem } from './schema-problem.ts';
import type { AgentEvent } from './tool-loop.ts';

/** Questions to a model. Knows conversations, not where models come from. */

/** What an agent is made with. */
export interface AgentOptions extends RequestDefaults {
  /** Opens the model; called at the first question. */
  readonly openModel: (signal?: AbortSignal) => Promise<Session>;
}

/** What one question may change. */
export interface QueryOptions extends RequestDefaults {
  readonly signal?: AbortSignal;
  /** What of the prompt its person wrote, where the rest is text of files or of others (default: all of it). Calls of tools are held against it. */
  readonly words?: string;
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
  /** Lets go of the model; questions under way end with CANCELLED, later ones with AGENT_CLOSED. */
  close(): Promise<void>;
}

/** An agent. The model is opened by the first question, and again by the next one where its engine was lost. */
export function createAgent({ openModel, ...defaults }: AgentOptions): Agent {
  checkRequest(defaults);
  const slot = createModelSlot(openModel);

  /** Checked when it is called, not when its first event is asked for. */
  function stream(prompt: string, options: QueryOptions = {}): AsyncGenerator<AgentEvent> {
    checkPrompt(prompt);
    checkRequest(options);
    return events(prompt, merged<QueryOptions>(defaults, options));
  }

  async function* events(prompt: string, { signal, words = prompt, ...options }: QueryOptions): AsyncGenerator<AgentEvent> {
    const { system, tools } = options;
    throwIfAborted(signal);
    const session = await slot.open(signal);
    if (!tools?.length) {
      yield* session.generate(requestOf([...systemTurn(system), { role: 'user', content: prompt }], options), signal);
      return;
    }
    // Most questions come without tools, and a command starts faster without their code.
    const { askWithTools } = await import('./ask-with-tools.ts');
    yield* askWithTools(session, prompt, { ...options, tools, words, signal });
  }

  async function answer(prompt: string, options?: QueryOptions): Promise<Answer> {
    return collect(stream(prompt, options));
  }

  return {
    answer,
    stream,
    close: slot.close,
    query: async (prompt, options) => (await answer(prompt, options)).text,
    async json<T>(prompt: string, schema: JsonSchema, options: JsonOptions<T> = {}): Promise<T> {
      checkSchema(schema);
      checkObject(options);
      const { check = (value: unknown) => value as T, ...query } = options;
      checkPrompt(prompt);
      // A grammar forces the form, but a model that is not told it writes something else into it.
      const told = `${prompt}\n\n${schemaInstructions(schema)}`;
      return checkedJson(await answer(told, { words: prompt, ...query, jsonSchema: schema }), schema, check);
    },
    chat(options = {}) {
      checkObject(options);
      const { messages = [], ...own } = options;
      checkRequest(own);
      checkMessages(messages);
      return createConversation(slot.open, { ...merged<RequestDefaults>(defaults, own), messages });
    },
    async embed(texts, signal) {
      checkTexts(texts);
      checkSignal(signal);
      throwIfAborted(signal);
      return (await slot.open(signal)).embed(texts, signal);
    },
    [Symbol.asyncDispose]: slot.close,
  };
}

type JsonOptions<T> = QueryOptions & { readonly check?: (value: unknown) => T };

/** The answer as a value of the schema. */
async function checkedJson<T>({ text, reason }: Answer, schema: JsonSchema, check: (value: unknown) => T): Promise<T> {
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
