import type { ChatMessage, ChatRequest } from '../engine/engine.ts';
import type { ConfirmCall, Tool } from './tool.ts';

/** What holds for all questions: everything that {@link ChatRequest} takes but the conversation, with tools that can be run. */
export interface RequestDefaults extends Omit<ChatRequest, 'messages' | 'tools'> {
  readonly system?: string;
  /** Tools the model may call on its way to an answer. */
  readonly tools?: readonly Tool[];
  /** Asked before a call that changes or deletes something; without it such calls are refused. */
  readonly confirm?: ConfirmCall;
  /** How many calls one question may make (default 16); further ones are not carried out. */
  readonly maxCalls?: number;
  /**
   * Whether small models are helped (default: no): what the person's words name is looked at before the model is asked, and where they tell to
   * change something a call is demanded until one was made; see {@link Tool.wantedCalls}.
   */
  readonly guided?: boolean;
}

/** A request over a conversation with all that was asked for; what is not the engine's is left out. */
export function requestOf(messages: readonly ChatMessage[], defaults: RequestDefaults): ChatRequest {
  const { system: _system, tools: _tools, confirm: _confirm, maxCalls: _maxCalls, guided: _guided, ...options } = defaults;
  return { ...options, messages };
}

/** The system prompt as a turn, where there is one. */
export function systemTurn(system: string | undefined): ChatMessage[] {
  return system ? [{ role: 'system', content: system }] : [];
}

/** Templates know one system prompt, at the head: several become one. */
export function withOneSystem(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const told = messages.filter(({ role }) => role === 'system').map(({ content }) => content);
  if (told.length === 0) return messages;
  return [{ role: 'system', content: told.join('\n\n') }, ...messages.filter(({ role }) => role !== 'system')];
}
