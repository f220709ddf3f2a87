import { join } from 'node:path';
import type { Agent } from '../agent/agent.ts';
import type { Conversation } from '../agent/conversation.ts';
import type { FileChange } from '../agent/journal/file-change.ts';
import type { ConfirmCall, Tool } from '../agent/tool.ts';
import type { AgentEvent } from '../agent/tool-loop.ts';
import { orAborted } from '../base/abort.ts';
import { writeFileAtomic } from '../base/atomic-file.ts';
import { readCheckedJson } from '../base/checked-json.ts';
import { LuciError } from '../base/errors.ts';
import { diskError } from '../base/system-error.ts';
import { uniqueMark } from '../base/unique-mark.ts';
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
export type ChatParts = Pick<Luci, 'agent' | 'builtInTools' | 'undo'> & {
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
  /** Tools beside those of a folder, asked for before each question (default: none). */
  readonly moreTools?: () => Promise<readonly Tool[]>;
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
  /** What stands in the undo journal for the question that is being answered, and for each that was. */
  #mark: string | undefined;
  readonly #marks = new WeakMap<ChatMessage, string>();
  /** The name that the catalogue has for it: what its makers advise is known by that. */
  #advisedFor: string;
  #folderTools: readonly Tool[] = [];
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

  async *send(prompt: string, signal: AbortSignal): AsyncGenerator<AgentEvent> {
    const { moreTools } = this.#options;
    if (moreTools) this.#conversation.configure({ tools: [...this.#folderTools, ...(await orAborted(moreTools(), signal))] });
    yield* this.#marked(this.#conversation.send(prompt, signal));
  }

  /** Marks the question that is remembered, and what tools change for it. */
  async *#marked(events: ReturnType<Conversation['send']>): AsyncGenerator<AgentEvent> {
    const before = this.#lastQuestion();
    const mark = uniqueMark();
    this.#mark = mark;
    try {
      yield* events;
    } finally {
      const question = this.#lastQuestion();
      if (question && question !== before) this.#marks.set(question, mark);
    }
  }

  #lastQuestion(): ChatMessage | undefined {
    return this.messages.findLast(({ role }) => role === 'user');
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

  setSystem(text: string | undefined): void {
    this.#system = text;
    this.#conversation.configure({ system: text ?? '' });
  }

  /** Lets the model work in a folder, or takes the tools away. */
  async useTools(folder: string | undefined): Promise<void> {
    this.#folderTools = folder === undefined ? [] : await this.#parts.builtInTools(folder, { question: () => this.#mark });
    this.toolsFolder = folder;
    this.#conversation.configure({ tools: this.#folderTools });
  }

  /**
   * Takes back the last question with its answer, and what tools changed in files for it: the changes, the newest first; undefined when
   * nothing was said. @throws CHANGED_SINCE where somebody changed such a file since: then what was said stays
   */
  async undo(): Promise<readonly FileChange[] | undefined> {
    const changes = await this.#changesOf(this.#lastQuestion(), 'undo');
    return this.#conversation.undo() ? changes : undefined;
  }

  /** Brings back what {@link undo} took back last: the changes of files, the oldest first; undefined when there is nothing. */
  async redo(): Promise<readonly FileChange[] | undefined> {
    if (!this.#conversation.redo()) return undefined;
    try {
      return await this.#changesOf(this.#lastQuestion(), 'redo');
    } catch (error) {
      this.#conversation.undo();
      throw error;
    }
  }

  async #changesOf(question: ChatMessage | undefined, what: 'undo' | 'redo'): Promise<readonly FileChange[]> {
    const mark = question && this.#marks.get(question);
    return mark === undefined ? [] : this.#parts.undo[what]({ question: mark });
  }

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

  async load(name: string): Promise<void> {
    const saved = await readCheckedJson(savedChatSchema, this.#chatPath(name));
    if (!saved) throw new LuciError('NOT_FOUND', `There is no saved chat "${name}".`);
    this.setSystem(saved.system);
    this.#conversation.load(saved.messages as readonly ChatMessage[]);
  }

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
