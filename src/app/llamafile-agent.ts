import type { Agent, Answer, QueryOptions } from '../agent/agent.ts';
import type { Conversation } from '../agent/conversation.ts';
import type { RequestDefaults } from '../agent/request.ts';
import type { AgentEvent } from '../agent/tool-loop.ts';
import { LuciError } from '../base/errors.ts';
import type { Settings } from '../config/settings.ts';
import type { ChatMessage, JsonSchema, LoadEvent, OpenOptions } from '../engine/engine.ts';
import { createLuci } from './create-luci.ts';
import type { Luci } from './luci.ts';

/** The brief's front door for programs: a model by name or by path, and a question. */

/** Which model, and how. */
export interface LlamafileAgentOptions extends RequestDefaults, Pick<OpenOptions, 'force'> {
  /** A name or alias of an installed model. */
  readonly modelName?: string;
  /** A `.gguf` file anywhere. */
  readonly modelPath?: string;
  /** News while the model loads. */
  readonly onLoad?: (event: LoadEvent) => void;
  /** Default: `defaultSettings()`, the only place that reads the environment. */
  readonly settings?: Settings;
}

/**
 * Runs any installed model: `await new LlamafileAgent({ modelName: 'smollm2-135m' }).query('What is the capital of France?')`.
 * A string is a name or a path. Without a model the default one is used. Close it, or let `await using` do so.
 */
export class LlamafileAgent implements Agent {
  readonly #luci: Luci;
  readonly #agent: Agent;

  constructor(options: LlamafileAgentOptions | string = {}) {
    const { modelName, modelPath, settings, ...rest } = typeof options === 'string' ? { modelName: options } : options;
    if (modelName !== undefined && modelPath !== undefined) throw new LuciError('USAGE', 'Give modelName or modelPath, not both.');
    const path = modelPath === undefined || /^([/~]|\.{1,2}[\\/]|[a-z]:)/i.test(modelPath) ? modelPath : `./${modelPath}`;
    const model = modelName ?? path;
    this.#luci = createLuci(settings);
    this.#agent = this.#luci.agent({ ...rest, model });
  }

  query(prompt: string, options?: QueryOptions): Promise<string> {
    return this.#agent.query(prompt, options);
  }

  answer(prompt: string, options?: QueryOptions): Promise<Answer> {
    return this.#agent.answer(prompt, options);
  }

  stream(prompt: string, options?: QueryOptions): AsyncIterable<AgentEvent> {
    return this.#agent.stream(prompt, options);
  }

  json<T = unknown>(prompt: string, schema: JsonSchema, options?: QueryOptions & { readonly check?: (value: unknown) => T }): Promise<T> {
    return this.#agent.json(prompt, schema, options);
  }

  chat(options?: RequestDefaults & { readonly messages?: readonly ChatMessage[] }): Conversation {
    return this.#agent.chat(options);
  }

  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (readonly number[])[]> {
    return this.#agent.embed(texts, signal);
  }

  async close(): Promise<void> {
    await this.#agent.close();
    await this.#luci[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
