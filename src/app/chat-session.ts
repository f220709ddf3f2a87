import type { Agent } from '../agent/agent.ts';
import type { Conversation, MixedPrompt } from '../agent/conversation.ts';
import { lookUp } from '../agent/guidance/look-up.ts';
import { lastPaths } from '../agent/guidance/pointed-at.ts';
import type { FileChange } from '../agent/journal/file-change.ts';
import type { PromptView } from '../agent/prompt-view.ts';
import type { QuestionFile } from '../agent/question-files.ts';
import type { Tool } from '../agent/tool.ts';
import type { AgentEvent } from '../agent/tool-loop.ts';
import { orAborted } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import { withAdvice } from '../catalog/advised-sampling.ts';
import type { ChatMessage, Usage } from '../engine/engine.ts';
import type { UsableModel } from '../install/choose-installed.ts';
import { emptyDraft, follow, stepsOf, turnOf } from './answer-draft.ts';
import { goOn, messagesOf, promptOf, spokenIn, systemOf, titleOf } from './chat-branch.ts';
import { type ChatRecord, createChatRecord, type NewTurn, type RecordParts } from './chat-record.ts';
import type { ChatOptions, ChatParts } from './chats.ts';
import type { ChatTurn, KeptChat } from './kept-chat.ts';

/** What a session is made with. */
export interface SessionParts {
  readonly parts: ChatParts;
  readonly options: ChatOptions;
  readonly chosen: UsableModel;
  /** Throws ENGINE_UNSUPPORTED for a model that cannot chat. */
  readonly requireChatModel: (chosen: UsableModel) => Promise<void>;
  readonly recordParts: RecordParts;
}

/** Asks for the summary of {@link ChatSession.compact}; it stays in the chat as a question of its own. */
const summaryQuestion =
  'Summarize our conversation so far in a few short sentences: what I asked for, facts and names I gave, what was decided, and what is still open.';

/** Settings of a chat that can be changed while it goes on. */
export type ChatSettings = Pick<ChatOptions, 'sampling' | 'maxTokens' | 'stop' | 'thinking' | 'thinkingTokens'>;

/** A question that was taken back, and what came back in files with it, the newest change first. */
export interface TakenBack {
  readonly question: ChatTurn;
  readonly changes: readonly FileChange[];
}

/** A chat under way: the branch of its record is what was said, and the model is told that. */
export class ChatSession implements AsyncDisposable {
  readonly #made: SessionParts;
  #options: ChatOptions;
  #agent: Agent;
  #conversation: Conversation;
  #record: ChatRecord;
  /** Whether the conversation holds what the branch does. */
  #isTold = true;
  #system: string | undefined;
  /** The name that the catalogue has for it: what its makers advise is known by that. */
  #advisedFor: string;
  /** Where the chat went on before each {@link undo}. */
  #undone: (string | null)[] = [];
  /** Where the last {@link compact} left the chat. */
  #compactPlace: string | undefined;
  #folderTools: readonly Tool[] = [];
  model: string;
  toolsFolder: string | undefined;
  /** Tokens and times of the last answer. */
  lastUsage: Usage | undefined;

  constructor(made: SessionParts) {
    const { options, chosen } = made;
    this.#made = made;
    this.#options = options;
    this.#system = options.system;
    this.model = options.model ?? chosen.name;
    this.#advisedFor = chosen.name;
    this.#agent = this.#makeAgent(this.model);
    this.#record = createChatRecord(made.recordParts);
    this.#conversation = this.#begin([]);
  }

  /** Of the chat's file; undefined while nothing is kept of it. */
  get id(): string | undefined {
    return this.#record.id;
  }

  /** The title it was given, else its first question. */
  get title(): string {
    return this.#record.title ?? titleOf(this.path);
  }

  /** Whether turns are written to a file. */
  get isKept(): boolean {
    return this.#made.recordParts.files !== undefined;
  }

  /** The turns of the branch that is talked in. */
  get path(): readonly ChatTurn[] {
    return this.#record.path;
  }

  get messages(): readonly ChatMessage[] {
    return told(this.path);
  }

  /** Questions of the branch that the model does not see: the context is full. */
  get forgottenTurns(): number {
    return this.#isTold ? this.#conversation.forgottenTurns : 0;
  }

  get system(): string | undefined {
    return this.#system;
  }

  get settings(): ChatSettings {
    return this.#options;
  }

  /** The last question of the branch. */
  get lastQuestion(): ChatTurn | undefined {
    return this.path.findLast(({ role }) => role === 'user');
  }

  /** Asks a question. It is kept before it is asked, its answer as far as it came. */
  async *send(question: Pick<ChatTurn, 'content' | 'files'>, signal: AbortSignal): AsyncGenerator<AgentEvent> {
    const last = this.path.at(-1);
    // One that got no answer is left behind.
    if (last?.role === 'user') await this.#goTo(last.parent);
    if (systemOf(this.path) !== (this.#system || undefined)) await this.#record.add({ role: 'system', content: this.#system ?? '' });
    this.#tell(this.path);
    const looks = await lookUp(question.content, this.#folderTools, {
      known: this.#filesOfLate(),
      recent: lastPaths(this.path),
      signal,
    });
    const files = [...(question.files ?? []), ...looks.map(({ file }) => file)];
    const turn = await this.#record.add({ role: 'user', ...question, files: files.length > 0 ? files : undefined });
    this.#undone = [];
    for (const { call } of looks) yield { type: 'look', call };
    yield* this.#answer(turn, promptOf(turn), signal);
  }

  /** Asks the last question again; its new answer is one beside the old. @throws USAGE where there is none */
  async *retry(signal: AbortSignal): AsyncGenerator<AgentEvent> {
    const { path } = this;
    const at = path.findLastIndex(({ role }) => role === 'user');
    const question = path[at];
    if (!question) throw nothingSaid();
    const before = path.at(-1)?.id ?? null;
    this.#isTold = false;
    this.#tell(path.slice(0, at));
    await this.#goTo(question.id);
    this.#isTold = true;
    yield* this.#answer(question, promptOf(question), signal, { before });
  }

  /** Goes on with an answer that ended too early. @throws USAGE where there is none */
  async *goOn(signal: AbortSignal): AsyncGenerator<AgentEvent> {
    const last = this.path.at(-1);
    if (last?.role !== 'assistant') throw nothingSaid('There is no answer to go on with.');
    this.#isTold = false;
    this.#tell(this.path);
    yield* this.#answer(last, { text: goOn, words: '' }, signal, { before: last.id, continues: true });
    this.#isTold = false;
  }

  /** Puts a summary by the model in the place of all turns but the last question and its answer. False where there is too little to shorten. */
  async *compact(signal: AbortSignal): AsyncGenerator<AgentEvent, boolean> {
    const { path } = this;
    const at = path.findLastIndex(({ role }) => role === 'user');
    const earlier = path.slice(0, Math.max(0, at));
    if (!earlier.some(({ role }) => role === 'assistant')) return false;
    const conversation = this.#begin(told(earlier));
    const draft = emptyDraft();
    for await (const event of conversation.send(summaryQuestion, signal)) {
      follow(draft, event);
      yield event;
    }
    if (draft.content.trim() === '')
      throw new LuciError('ENGINE_FAILED', 'The model wrote no summary; the chat is as it was.', { hint: '/compact' });
    const old = path.at(-1)?.id;
    let summarizes = old;
    let parent: string | null = null;
    const add = async (turn: NewTurn): Promise<void> => {
      parent = (await this.#record.addAfter(parent, { ...turn, summarizes })).id;
      summarizes = undefined;
    };
    if (this.#system) await add({ role: 'system', content: this.#system });
    await add({ role: 'user', content: summaryQuestion });
    await add(turnOf({ ...draft, content: draft.content.trim() }, this.model));
    for (const { type: _, id: _id, parent: _parent, at: _at, ...turn } of path.slice(at)) if (turn.role !== 'system') await add(turn);
    this.#compactPlace = parent ?? undefined;
    this.#undone = [];
    this.#isTold = false;
    return true;
  }

  /**
   * Takes back the last question with what follows it and what tools changed in files for it, or the last {@link compact}; undefined where
   * there is none. @throws CHANGED_SINCE where somebody changed such a file since: then nothing is taken back
   */
  async undo(): Promise<TakenBack | undefined> {
    const { path } = this;
    const [head] = path;
    const place = path.at(-1)?.id ?? null;
    const question = this.lastQuestion;
    if (!question || !head) return undefined;
    const isFirst = path.find(({ role }) => role === 'user') === question;
    const isSummary = head.summarizes !== undefined && (isFirst || place === this.#compactPlace);
    const changes = isSummary ? [] : await this.#made.parts.undo.undo({ question: question.id });
    this.#undone.push(place);
    await this.#goTo(isSummary ? (head.summarizes ?? null) : question.parent, { isKept: true });
    return { question, changes };
  }

  /** Brings back what {@link undo} took last: the changes of files, the oldest first; undefined where there is nothing. Errors as of it. */
  async redo(): Promise<readonly FileChange[] | undefined> {
    const place = this.#undone.at(-1);
    if (place === undefined) return undefined;
    const before = this.path.at(-1)?.id ?? null;
    await this.#goTo(place, { isKept: true });
    const question = this.lastQuestion?.id;
    try {
      const changes = question === undefined ? [] : await this.#made.parts.undo.redo({ question });
      this.#undone.pop();
      return changes;
    } catch (error) {
      await this.#goTo(before, { isKept: true });
      throw error;
    }
  }

  /** Begins a new chat; the old one stays in its file. */
  clear(): void {
    this.#use(createChatRecord(this.#made.recordParts));
  }

  /** Goes on with a chat that was kept, under its system prompt unless another one was asked for. */
  open(chat: KeptChat, { system }: { readonly system?: string } = {}): void {
    this.#use(createChatRecord(this.#made.recordParts, chat));
    this.setSystem(system ?? systemOf(this.path));
  }

  /** Gives the chat a title. */
  async rename(title: string): Promise<void> {
    await this.#record.rename(title);
  }

  /** Goes on with another model; what was said is kept. */
  async changeModel(name: string): Promise<void> {
    const { parts, requireChatModel } = this.#made;
    const chosen = await parts.models.choose(name);
    await requireChatModel(chosen);
    await this.#agent.close();
    this.model = chosen.name;
    this.#advisedFor = chosen.name;
    this.#agent = this.#makeAgent(name);
    this.#conversation = this.#begin([]);
    this.#isTold = false;
    if (this.toolsFolder !== undefined) await this.useTools(this.toolsFolder);
  }

  /** Sets the system prompt, or takes it away; what was said stays. */
  setSystem(text: string | undefined): void {
    this.#system = text;
    this.#conversation.configure({ system: text ?? '' });
  }

  /** Changes how the next answers are made. */
  configure(settings: Partial<ChatSettings>): void {
    this.#options = { ...this.#options, ...settings };
    const { maxTokens, stop, thinking, thinkingTokens, sampling } = this.#options;
    this.#conversation.configure({ maxTokens, stop, thinking, thinkingTokens, sampling: withAdvice(this.#advisedFor, sampling) });
  }

  /** Lets the model work in a folder, or takes the tools away. */
  async useTools(folder: string | undefined): Promise<void> {
    const tools = this.#made.parts.builtInTools;
    // What they change stands in the undo journal for the question that is being answered.
    this.#folderTools = folder === undefined ? [] : await tools(folder, { question: () => this.lastQuestion?.id });
    this.toolsFolder = folder;
    this.#conversation.configure({ tools: this.#folderTools });
  }

  /** What the model is told, with the next question where one is given. Opens the model. */
  async look(question: string | undefined, signal: AbortSignal): Promise<PromptView> {
    this.#tell(this.path);
    await this.#offerTools(signal);
    return this.#conversation.look(question, signal);
  }

  /** Gives the model back. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.close();
  }

  /** The answer to a question of the branch, kept as far as it came. Without a word of it the chat goes on at `before`, where that is given. */
  async *#answer(
    question: ChatTurn,
    prompt: MixedPrompt,
    signal: AbortSignal,
    { before, continues }: { readonly before?: string | null; readonly continues?: true } = {},
  ): AsyncGenerator<AgentEvent> {
    const draft = emptyDraft();
    await this.#offerTools(signal);
    const known = this.#conversation.messages.at(-1);
    try {
      for await (const event of this.#conversation.send(prompt, signal)) {
        follow(draft, event);
        yield event;
      }
    } finally {
      if (!draft.usage && signal.aborted) draft.end = 'stopped';
      if (!draft.usage) this.#isTold = false;
      this.lastUsage = draft.usage ?? this.lastUsage;
      const { messages } = this.#conversation;
      const steps = continues || messages.at(-1) === known ? undefined : stepsOf(messages, draft);
      if (draft.content !== '' || draft.thinking !== '' || draft.usage || steps?.length)
        await this.#record.addAfter(question.id, { ...turnOf(draft, this.model), steps, continues });
      else if (before !== undefined) await this.#goTo(before);
    }
  }

  /** Files of the last questions: what stands there needs no second telling. */
  #filesOfLate(): readonly QuestionFile[] {
    return this.path
      .filter(({ role }) => role === 'user')
      .slice(-3)
      .flatMap(({ files = [] }) => files);
  }

  /** The tools of the folder, and what others offer by now. */
  async #offerTools(signal: AbortSignal): Promise<void> {
    const { moreTools } = this.#options;
    if (moreTools) this.#conversation.configure({ tools: [...this.#folderTools, ...(await orAborted(moreTools(), signal))] });
  }

  /** The conversation as the branch has it; a question at its end that got no answer is left out. */
  #tell(path: readonly ChatTurn[]): void {
    if (!this.#isTold) this.#conversation.load(told(path), spokenIn(path));
    this.#isTold = true;
  }

  async #goTo(turn: string | null, how?: { readonly isKept: boolean }): Promise<void> {
    await this.#record.goTo(turn, how);
    this.#isTold = false;
  }

  #use(record: ChatRecord): void {
    this.#record = record;
    this.#undone = [];
    this.#isTold = false;
    this.lastUsage = undefined;
  }

  #makeAgent(model: string): Agent {
    const { force, onLoad } = this.#options;
    return this.#made.parts.agent({ model, force, onLoad });
  }

  #begin(messages: readonly ChatMessage[]): Conversation {
    const { sampling, maxTokens, stop, thinking, thinkingTokens, confirm } = this.#options;
    return this.#agent.chat({
      sampling: withAdvice(this.#advisedFor, sampling),
      confirm,
      guided: true,
      messages,
      system: this.#system,
      maxTokens,
      stop,
      thinking,
      thinkingTokens,
    });
  }
}

/** A branch as the conversation has it: the system prompt is told beside it, and a question that got no answer not at all. */
function told(path: readonly ChatTurn[]): readonly ChatMessage[] {
  const messages = messagesOf(path).filter(({ role }) => role !== 'system');
  return messages.at(-1)?.role === 'user' ? messages.slice(0, -1) : messages;
}

function nothingSaid(text = 'Nothing was asked yet.'): LuciError {
  return new LuciError('USAGE', text, { hint: '/help' });
}
