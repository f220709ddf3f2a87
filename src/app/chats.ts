import { join } from 'node:path';
import type { Agent } from '../agent/agent.ts';
import type { Conversation } from '../agent/conversation.ts';
import type { ConfirmCall } from '../agent/tool.ts';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { LuciError } from '../base/errors.ts';
import { diskError } from '../base/system-error.ts';
import { withAdvice } from '../catalog/advised-sampling.ts';
import type { ChatMessage, ChatRequest, LoadEvent, OpenOptions, Sampling, Usage } from '../engine/engine.ts';
import { requireChat } from '../engine/model-kind.ts';
import type { UsableModel } from '../install/choose-installed.ts';
import { kindOfModel } from './describe-file.ts';
import type { Luci } from './luci.ts';
import type { Models } from './models.ts';
import { savedChatSchema } from './saved-chat.ts';

/** Chats: the conversation, its model, its tools, and what can be done with them. Knows no terminal. */

/** `luci.chats` */
export interface Chats {
  /** Begins with an installed model, the default or best one where none is named. Throws ENGINE_UNSUPPORTED for one that cannot chat. */
  begin(options: ChatOptions): Promise<ChatSession>;
}

/** What chats work with. */
export type ChatParts = Pick<Luci, 'agent' | 'builtInTools'> & {
  readonly models: Pick<Models, 'choose'>;
  /** Folder of the chats that are kept. */
  readonly chatsFolder: string;
};

/** The chats of a home folder. */
export function createChats(parts: ChatParts): Chats {
  return {
    async begin(options) {
      const chosen = await parts.models.choose(options.model);
      await requireChatModel(chosen);
      return new ChatSession(parts, options, { model: options.model ?? chosen.name, advisedFor: chosen.name });
    },
  };
}

/** Throws ENGINE_UNSUPPORTED for a model that only continues text, or makes none, before anything is said to it. */
async function requireChatModel(chosen: UsableModel): Promise<void> {
  requireChat(chosen.name, await kindOfModel(chosen));
}

/** How a chat begins. */
export interface ChatOptions extends Pick<OpenOptions, 'force'> {
  readonly model: string | undefined;
  readonly system?: string;
  /** What is not said is as the model's makers advise. */
  readonly sampling: Sampling;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly thinking?: ChatRequest['thinking'];
  readonly thinkingTokens?: number;
  readonly confirm: ConfirmCall;
  /** News while the model loads. */
  readonly onLoad?: (event: LoadEvent) => void;
}

/** A chat under way. */
export class ChatSession implements AsyncDisposable {
  readonly #parts: ChatParts;
  readonly #options: ChatOptions;
  #agent: Agent;
  #conversation: Conversation;
  #system: string | undefined;
  /** The name that the catalogue has for it: what its makers advise is known by that. */
  #advisedFor: string;
  model: string;
  toolsFolder: string | undefined;
  /** Tokens and times of the last answer. */
  lastUsage: Usage | undefined;

  constructor(parts: ChatParts, options: ChatOptions, { model, advisedFor }: { readonly model: string; readonly advisedFor: string }) {
    this.#parts = parts;
    this.#options = options;
    this.#system = options.system;
    this.model = model;
    this.#advisedFor = advisedFor;
    this.#agent = parts.agent({ model, force: options.force, onLoad: options.onLoad });
    this.#conversation = this.#begin([]);
  }

  get messages(): readonly ChatMessage[] {
    return this.#conversation.messages;
  }

  get forgottenTurns(): number {
    return this.#conversation.forgottenTurns;
  }

  get system(): string | undefined {
    return this.#system;
  }

  /** Answers as it comes; the question and the answer are kept. */
  send(prompt: string, signal: AbortSignal): ReturnType<Conversation['send']> {
    return this.#conversation.send(prompt, signal);
  }

  /** Goes on with another model; what was said is kept. */
  async changeModel(name: string): Promise<void> {
    const chosen = await this.#parts.models.choose(name);
    await requireChatModel(chosen);
    const { messages } = this;
    await this.#agent.close();
    this.model = chosen.name;
    this.#advisedFor = chosen.name;
    this.#agent = this.#parts.agent({ model: name, force: this.#options.force, onLoad: this.#options.onLoad });
    this.#conversation = this.#begin(messages);
    if (this.toolsFolder !== undefined) await this.useTools(this.toolsFolder);
  }

  /** Sets the system prompt, or takes it away; what was said stays. */
  setSystem(text: string | undefined): void {
    this.#system = text;
    this.#conversation.configure({ system: text ?? '' });
  }

  /** Lets the model work in a folder, or takes the tools away. */
  async useTools(folder: string | undefined): Promise<void> {
    const tools = folder === undefined ? [] : await this.#parts.builtInTools(folder);
    this.toolsFolder = folder;
    this.#conversation.configure({ tools });
  }

  /** Takes back the last question and its answer; false where nothing was said. */
  undo(): boolean {
    return this.#conversation.undo();
  }

  /** Forgets what was said. */
  clear(): void {
    this.#conversation.clear();
  }

  /** Writes the chat to `chats/NAME.json`; returns the path. */
  async save(name: string): Promise<string> {
    const path = this.#chatPath(name);
    const saved = { version: 1, model: this.model, system: this.#system, messages: this.messages };
    await writeFileAtomic(path, `${JSON.stringify(saved, null, 1)}\n`, { mode: 0o600 }).catch((error: unknown) => {
      throw diskError(error, path, 'save a chat');
    });
    return path;
  }

  /** Goes on with a chat that was saved. Throws NOT_FOUND. */
  async load(name: string): Promise<void> {
    const saved = await readCheckedJson(savedChatSchema, this.#chatPath(name));
    if (!saved) throw new LuciError('NOT_FOUND', `There is no saved chat "${name}".`);
    this.setSystem(saved.system);
    this.#conversation.load(saved.messages as readonly ChatMessage[]);
  }

  /** Lets go of the model. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.close();
  }

  #begin(messages: readonly ChatMessage[]): Conversation {
    const { sampling, maxTokens, stop, thinking, thinkingTokens, confirm } = this.#options;
    return this.#agent.chat({
      sampling: withAdvice(this.#advisedFor, sampling),
      confirm,
      messages,
      system: this.#system,
      maxTokens,
      stop,
      thinking,
      thinkingTokens,
    });
  }

  #chatPath(name: string): string {
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,80}$/u.test(name))
      throw new LuciError('USAGE', `"${name}" is no name for a chat: letters, digits, spaces, dots and dashes only.`);
    return join(this.#parts.chatsFolder, `${name}.json`);
  }
}
