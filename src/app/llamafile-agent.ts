import type { Agent, Answer, QueryOptions } from '../agent/agent.ts';
import type { Conversation } from '../agent/conversation.ts';
import type { RequestDefaults } from '../agent/request.ts';
import type { AgentEvent } from '../agent/tool-loop.ts';
import { LuciError } from '../base/errors.ts';
import { boolean, isRecord, record, recordOf, run, text, wrongValue } from '../base/value-rules.ts';
import type { Settings } from '../config/settings.ts';
import type { ChatMessage, JsonSchema, LoadEvent, OpenOptions } from '../engine/engine.ts';
import { createLuci } from './create-luci.ts';
import type { Luci } from './luci.ts';

/** The short way for programs: a model by name or by path, and a question. */

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

  /**
   * Opens nothing yet: the first question does.
   * @throws USAGE for options that cannot be meant
   */
  constructor(options: LlamafileAgentOptions | string = {}) {
    checkOptions(options);
    const { modelName, modelPath, settings, ...rest } = typeof options === 'string' ? { modelName: options } : options;
    if (modelName !== undefined && modelPath !== undefined) throw new LuciError('USAGE', 'Give modelName or modelPath, not both.');
    const path = modelPath === undefined || /^([/~]|\.{1,2}[\\/]|[a-z]:)/i.test(modelPath) ? modelPath : `./${modelPath}`;
    const model = modelName ?? path;
    this.#luci = createLuci(settings);
    this.#agent = this.#luci.agent({ ...rest, model });
  }

  /** The answer as text. Throws what {@link stream} throws. */
  query(prompt: string, options?: QueryOptions): Promise<string> {
    return this.#agent.query(prompt, options);
  }

  /** The whole answer: text, thinking, calls of tools, tokens and times, and why it ended. */
  answer(prompt: string, options?: QueryOptions): Promise<Answer> {
    return this.#agent.answer(prompt, options);
  }

  /** The answer as it comes; leaving the loop ends it. Throws MODEL_NOT_INSTALLED, CONTEXT_OVERFLOW, USAGE and what engines throw. */
  stream(prompt: string, options?: QueryOptions): AsyncIterable<AgentEvent> {
    return this.#agent.stream(prompt, options);
  }

  /** A value of the schema, which the engine is held to. `check` may refuse or change what comes. */
  json<T = unknown>(prompt: string, schema: JsonSchema, options?: QueryOptions & { readonly check?: (value: unknown) => T }): Promise<T> {
    return this.#agent.json(prompt, schema, options);
  }

  /** A conversation that remembers what was said. */
  chat(options?: RequestDefaults & { readonly messages?: readonly ChatMessage[] }): Conversation {
    return this.#agent.chat(options);
  }

  /** A vector for each text, in their order. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly (readonly number[])[]> {
    return this.#agent.embed(texts, signal);
  }

  /** Lets go of the model and of the engine process; questions under way end with CANCELLED, later ones with AGENT_CLOSED. */
  async close(): Promise<void> {
    await this.#agent.close();
    await this.#luci[Symbol.asyncDispose]();
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** `model` is what agents of a luci take; here it would be passed over, and another model would answer. */
function checkOptions(options: unknown): void {
  if (typeof options === 'string') return;
  const problem = recordOf({ modelName: text, modelPath: text, settings: record, onLoad: run, force: boolean })(options);
  if (problem !== undefined) throw wrongValue(`The options of an agent ${problem}`);
  if (isRecord(options) && 'model' in options)
    throw wrongValue('The options of an agent have no "model": it is given as modelName or modelPath');
}
