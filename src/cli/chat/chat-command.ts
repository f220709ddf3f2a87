import type { AgentEvent } from '../../agent/tool-loop.ts';
import type { ChatSession } from '../../app/chat-session.ts';
import type { ChatTurn } from '../../app/kept-chat.ts';
import type { Luci } from '../../app/luci.ts';
import type { OutsideTools } from '../outside-tools.ts';
import type { Show } from '../show/show.ts';
import type { Permissions } from './permissions.ts';
import type { Prompt } from './prompt.ts';

/** What a command of the chat is. The list, its help and its completion are made from these declarations. */

/** How a chat is shown, and what goes with its next question. Commands change it. */
export interface ChatView {
  isThinkingShown: boolean;
  /** Text files that go with the next question. */
  files: NonNullable<ChatTurn['files']>;
  /** Questions that the person was told are not seen by the model any more. */
  toldForgotten: number;
}

/** What a chat command works with. */
export interface ChatCommandContext {
  readonly session: ChatSession;
  readonly luci: Luci;
  readonly show: Show;
  readonly prompt: Prompt;
  readonly view: ChatView;
  readonly permissions: Pick<Permissions, 'standing' | 'forget'>;
  /** The servers of `mcp.json`. */
  readonly outside: Pick<OutsideTools, 'command' | 'isOn'>;
  /** Answers a line that needs no model; false for every other one. */
  replyItself(text: string): Promise<boolean>;
  /** Shows an answer as it comes; Ctrl+C stops it. */
  answer(make: (signal: AbortSignal) => AsyncIterable<AgentEvent>): Promise<void>;
}

/** What Tab completes an operand with. */
export type Completed = 'model' | 'file' | 'folder' | 'chat' | 'command' | readonly string[];

/** A command of the chat. */
export interface ChatCommand {
  /** Without the slash. */
  readonly name: string;
  readonly aliases?: readonly string[];
  /** As shown after the name. */
  readonly operands?: string;
  readonly completes?: Completed;
  readonly help: string;
  /** `leave` as its result ends the chat. */
  run(context: ChatCommandContext, operand: string): Promise<unknown>;
}

/** Tells a result: lines on stdout for a person, one value for a program. */
export function tell(show: Show, type: string, { text, data }: { readonly text: string; readonly data: object }): void {
  if (show.json) show.data({ type, ...data });
  else show.result(text);
}
