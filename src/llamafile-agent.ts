import type { Agent, Answer, QueryOptions } from './agent/agent.ts';
import { LuciError } from './base/errors.ts';
import type { Settings } from './config/settings.ts';
import type { GenerationEvent, Sampling } from './engine/engine.ts';
import { createLuci, type Luci } from './luci.ts';

/** The brief's front door for programs: a model by name or by path, and a question. */

/** Which model, and how. */
export interface LlamafileAgentOptions {
  /** A name or alias of an installed model. */
  readonly modelName?: string;
  /** A `.gguf` file anywhere. */
  readonly modelPath?: string;
  readonly system?: string;
  readonly sampling?: Sampling;
  /** Tokens of an answer. */
  readonly maxTokens?: number;
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
    this.#agent = this.#luci.agent({ ...rest, ...(model === undefined ? {} : { model }) });
  }

  query(prompt: string, options?: QueryOptions): Promise<string> {
    return this.#agent.query(prompt, options);
  }

  answer(prompt: string, options?: QueryOptions): Promise<Answer> {
    return this.#agent.answer(prompt, options);
  }

  stream(prompt: string, options?: QueryOptions): AsyncIterable<GenerationEvent> {
    return this.#agent.stream(prompt, options);
  }

  async close(): Promise<void> {
    await this.#agent.close();
    await this.#luci[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
