import { LuciError } from '../base/errors.ts';
import type { ChatMessage, ChatRequest, GenerationEvent, Sampling, Session, Usage } from '../engine/engine.ts';

/** Questions to a model. Knows conversations, not where models come from. */

/** What an agent is made with. */
export interface AgentOptions {
  /** Opens the model; called at the first question. */
  readonly openModel: (signal?: AbortSignal) => Promise<Session>;
  readonly system?: string;
  readonly sampling?: Sampling;
  readonly maxTokens?: number;
}

/** What one question may change. */
export interface QueryOptions {
  readonly system?: string;
  readonly sampling?: Sampling;
  /** Tokens of the answer. */
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

/** A whole answer. */
export interface Answer {
  readonly text: string;
  readonly thinking: string;
  readonly reason: Extract<GenerationEvent, { type: 'end' }>['reason'];
  readonly usage: Usage;
}

/** A model to ask. Questions are independent of each other. */
export interface Agent extends AsyncDisposable {
  /** The answer's text. */
  query(prompt: string, options?: QueryOptions): Promise<string>;
  /** The answer with usage and timings. */
  answer(prompt: string, options?: QueryOptions): Promise<Answer>;
  /** The answer as it comes; leaving the loop ends it. */
  stream(prompt: string, options?: QueryOptions): AsyncIterable<GenerationEvent>;
  close(): Promise<void>;
}

/** An agent. The model is opened by the first question. */
export function createAgent({ openModel, ...defaults }: AgentOptions): Agent {
  let session: Promise<Session> | undefined;
  let isClosed = false;

  async function* stream(prompt: string, options: QueryOptions = {}): AsyncGenerator<GenerationEvent> {
    if (isClosed) throw new LuciError('FAILED', 'This agent is closed.');
    session ??= openModel(options.signal);
    const opened = await session.catch((error: unknown) => {
      session = undefined; // The next question may try again.
      throw error;
    });
    yield* opened.generate(requestOf(prompt, { ...defaults, ...options }), options.signal);
  }

  async function answer(prompt: string, options?: QueryOptions): Promise<Answer> {
    let text = '';
    let thinking = '';
    for await (const event of stream(prompt, options)) {
      if (event.type === 'text') text += event.text;
      else if (event.type === 'thinking') thinking += event.text;
      else if (event.type === 'end') return { text, thinking, reason: event.reason, usage: event.usage };
    }
    throw new LuciError('ENGINE_FAILED', 'The engine ended the answer without saying why.', { hint: 'luci stop, then ask again' });
  }

  async function close(): Promise<void> {
    isClosed = true;
    await (await session?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  return { answer, stream, close, query: async (prompt, options) => (await answer(prompt, options)).text, [Symbol.asyncDispose]: close };
}

function requestOf(prompt: string, { system, sampling, maxTokens }: QueryOptions): ChatRequest {
  const messages: ChatMessage[] = [...(system ? [{ role: 'system' as const, content: system }] : []), { role: 'user', content: prompt }];
  return { messages, ...(sampling ? { sampling } : {}), ...(maxTokens === undefined ? {} : { maxTokens }) };
}
