import { throwIfAborted } from '../base/abort.ts';
import type { ChatMessage, Session } from '../engine/engine.ts';
import { checkMessages, checkPrompt, checkRequest, checkSignal } from './check-request.ts';
import { fitMessages } from './fit-messages.ts';
import { createOutsideTexts, type Spoken } from './outside-text/outside-texts.ts';
import { type PromptView, viewPrompt } from './prompt-view.ts';
import { type RequestDefaults, requestOf, systemTurn } from './request.ts';
import type { ChatUse } from './tool-limits.ts';
import type { AgentEvent } from './tool-loop.ts';

/** A question that is more than its person wrote. */
export interface MixedPrompt {
  /** What the model is told. */
  readonly text: string;
  /** What of it the person wrote; empty where luci asks in their place. */
  readonly words: string;
  /** The rest: texts of files. */
  readonly files?: readonly { readonly name: string; readonly text: string }[];
}

/** A conversation that remembers. */
export interface Conversation {
  /** What was said, the system prompt left out. */
  readonly messages: readonly ChatMessage[];
  /** Turns that were forgotten because the context is full. */
  readonly forgottenTurns: number;
  /** Says something; the answer as it comes. What is stopped in the middle is remembered as far as it came; without a word of an answer, not at all. */
  send(prompt: string | MixedPrompt, signal?: AbortSignal): AsyncIterable<AgentEvent>;
  /** Takes back the last question with all that followed it; false when there is none. */
  undo(): boolean;
  /** Brings back what was taken back last; false when there is nothing, or something was said since. */
  redo(): boolean;
  /** Forgets what was said; the system prompt stays. */
  clear(): void;
  /** Replaces what is remembered; `spoken`: what of it the person wrote, where that is not all of its questions. */
  load(messages: readonly ChatMessage[], spoken?: Spoken): void;
  /** Changes what holds from the next question on. */
  configure(defaults: RequestDefaults): void;
  /** What the model is told as it stands, with the next question where one is given. Opens the model; asks it nothing. */
  look(question?: string, signal?: AbortSignal): Promise<PromptView>;
}

/** A conversation over a model that is opened by the first question. */
export function createConversation(
  open: (signal?: AbortSignal) => Promise<Session>,
  { messages: initial = [], ...initialDefaults }: RequestDefaults & { readonly messages?: readonly ChatMessage[] },
): Conversation {
  let defaults: RequestDefaults = initialDefaults;
  let messages: ChatMessage[] = [...initial];
  let takenBack: (readonly ChatMessage[])[] = [];
  let forgottenTurns = 0;
  const chatUse: ChatUse = { calls: 0, argumentBytes: 0 };
  const outside = createOutsideTexts();
  outside.load(initial);

  /** Checked when it is called, not when its first event is asked for. */
  function send(prompt: string | MixedPrompt, signal?: AbortSignal): AsyncGenerator<AgentEvent> {
    const mixed = typeof prompt === 'object' && prompt !== null ? prompt : { text: prompt, words: prompt };
    checkPrompt(mixed.text);
    checkSignal(signal);
    return events(mixed, signal);
  }

  async function* events({ text, words, files = [] }: MixedPrompt, signal: AbortSignal | undefined): AsyncGenerator<AgentEvent> {
    throwIfAborted(signal);
    const session = await open(signal);
    const { system, tools = [], confirm, maxCalls, guided } = defaults;
    const question: ChatMessage = { role: 'user', content: text };
    const told = systemTurn(system);
    const kept = await fitMessages(session, told, [...messages, question], defaults);
    forgottenTurns += countTurns([...messages, question]) - countTurns(kept);
    const all = [...told, ...kept];
    const request = requestOf(all, defaults);
    for (const file of files) outside.keep({ path: file.name, text: file.text });
    outside.hear(words);
    const progress: AnswerProgress = { text: '', isDone: false };
    try {
      const { answerWithTools } = await import('./tool-loop.ts');
      for await (const event of answerWithTools(session, request, all, {
        tools,
        confirm,
        maxCalls,
        guided,
        signal,
        chatUse,
        outside,
      })) {
        follow(progress, event);
        yield event;
      }
    } finally {
      takenBack = [];
      if (!progress.isDone) keepStopped(all, question, progress.text);
      messages = all.slice(told.length);
    }
  }

  return {
    get messages() {
      return messages;
    },
    get forgottenTurns() {
      return forgottenTurns;
    },
    send,
    undo() {
      const last = messages.findLastIndex(({ role }) => role === 'user');
      if (last < 0) return false;
      takenBack.push(messages.slice(last));
      messages = messages.slice(0, last);
      return true;
    },
    redo() {
      const back = takenBack.pop();
      if (!back) return false;
      messages = [...messages, ...back];
      return true;
    },
    clear() {
      messages = [];
      outside.load([]);
      takenBack = [];
      forgottenTurns = 0;
    },
    load(loaded, spoken) {
      checkMessages(loaded);
      messages = [...loaded];
      outside.load(loaded, spoken);
      takenBack = [];
      forgottenTurns = 0;
    },
    configure(changed) {
      checkRequest(changed);
      defaults = { ...defaults, ...changed };
    },
    async look(question, signal) {
      checkSignal(signal);
      const session = await open(signal);
      const asked: ChatMessage[] = question === undefined ? [] : [{ role: 'user', content: question }];
      const told = systemTurn(defaults.system);
      const all = [...messages, ...asked];
      const kept = all.length === 0 ? all : await fitMessages(session, told, all, defaults);
      return viewPrompt(session, told, kept, defaults, signal);
    },
  };
}

/** How far an answer came. */
interface AnswerProgress {
  /** What was said since the last call of a tool. */
  text: string;
  isDone: boolean;
}

function follow(progress: AnswerProgress, event: AgentEvent): void {
  if (event.type === 'text') progress.text += event.text;
  if (event.type === 'tool-call' || event.type === 'tool-result') progress.text = '';
  if (event.type === 'end') progress.isDone = true;
}

/** Remembers an answer that was stopped in the middle as far as it came. */
function keepStopped(messages: ChatMessage[], question: ChatMessage, text: string): void {
  if (text !== '') messages.push({ role: 'assistant', content: text });
  // Many chat templates refuse two questions in a row: one that got no word of an answer is as if it was not asked.
  else if (messages.at(-1) === question) messages.pop();
}

function countTurns(messages: readonly ChatMessage[]): number {
  return messages.filter(({ role }) => role === 'user').length;
}
