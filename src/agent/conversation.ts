import { throwIfAborted } from '../base/abort.ts';
import { contextOverflow, keptForAnswer } from '../engine/context-length.ts';
import type { ChatMessage, Session } from '../engine/engine.ts';
import { checkPrompt, checkRequest } from './check-request.ts';
import { type RequestDefaults, requestOf, systemTurn } from './request.ts';
import { definitionOf, templateDefinitionOf } from './tool.ts';
import { withToolsAsText } from './tool-format.ts';
import type { ChatUse } from './tool-limits.ts';
import { type AgentEvent, answerWithTools } from './tool-loop.ts';
import { toolWayOf } from './tool-way.ts';

/** A conversation that remembers. */
export interface Conversation {
  /** What was said, the system prompt left out. */
  readonly messages: readonly ChatMessage[];
  /** Turns that were forgotten because the context is full. */
  readonly forgottenTurns: number;
  /** Says something; the answer as it comes. What is stopped in the middle is remembered as far as it came; without a word of an answer, not at all. */
  send(prompt: string, signal?: AbortSignal): AsyncIterable<AgentEvent>;
  /** Takes back the last question with all that followed it; false when there is none. */
  undo(): boolean;
  /** Forgets what was said; the system prompt stays. */
  clear(): void;
  /** Replaces what is remembered. */
  load(messages: readonly ChatMessage[]): void;
  /** Changes what holds from the next question on. */
  configure(defaults: RequestDefaults): void;
}

/** A conversation over a model that is opened by the first question. */
export function createConversation(
  open: (signal?: AbortSignal) => Promise<Session>,
  { messages: initial = [], ...initialDefaults }: RequestDefaults & { readonly messages?: readonly ChatMessage[] },
): Conversation {
  let defaults: RequestDefaults = initialDefaults;
  let messages: ChatMessage[] = [...initial];
  let forgottenTurns = 0;
  const chatUse: ChatUse = { calls: 0, argumentBytes: 0 };

  /** Checked when it is called, not when its first event is asked for. */
  function send(prompt: string, signal?: AbortSignal): AsyncGenerator<AgentEvent> {
    checkPrompt(prompt);
    return events(prompt, signal);
  }

  async function* events(prompt: string, signal: AbortSignal | undefined): AsyncGenerator<AgentEvent> {
    throwIfAborted(signal);
    const session = await open(signal);
    const { system, tools = [], confirm } = defaults;
    const question: ChatMessage = { role: 'user', content: prompt };
    const told = systemTurn(system);
    const kept = await fit(session, told, [...messages, question], defaults);
    forgottenTurns += countTurns([...messages, question]) - countTurns(kept);
    const all = [...told, ...kept];
    const request = requestOf(all, defaults);
    const progress: AnswerProgress = { text: '', isDone: false };
    try {
      for await (const event of answerWithTools(session, request, all, {
        tools,
        confirm,
        signal,
        chatUse,
      })) {
        follow(progress, event);
        yield event;
      }
    } finally {
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
      messages = messages.slice(0, last);
      return true;
    },
    clear() {
      messages = [];
      forgottenTurns = 0;
    },
    load(loaded) {
      messages = [...loaded];
      forgottenTurns = 0;
    },
    configure(changed) {
      checkRequest(changed);
      defaults = { ...defaults, ...changed };
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

/** The newest turns that fit with the system prompt and an answer; whole turns go, the oldest first. */
async function fit(
  session: Session,
  told: readonly ChatMessage[],
  messages: readonly ChatMessage[],
  defaults: RequestDefaults,
): Promise<ChatMessage[]> {
  const { maxTokens, tools = [] } = defaults;
  const { contextLength, trainedContextLength } = session.facts;
  const isAsText = tools.length > 0 && toolWayOf(session.facts, defaults) === 'grammar';
  const definitions = tools.length > 0 ? tools.map(definitionOf).map(templateDefinitionOf) : undefined;
  const room = contextLength - (maxTokens ?? keptForAnswer(contextLength));
  let kept = [...messages];
  for (;;) {
    const asSent = isAsText ? withToolsAsText([...told, ...kept], tools) : [...told, ...kept];
    const tokens = await session.countTokens(asSent, isAsText ? undefined : definitions);
    if (tokens <= room) return kept;
    const second = kept.findIndex(({ role }, index) => index > 0 && role === 'user');
    if (second < 0)
      throw contextOverflow({ promptTokens: tokens, maxTokens, keptTokens: contextLength - room, contextLength, trainedContextLength });
    kept = kept.slice(second);
  }
}
