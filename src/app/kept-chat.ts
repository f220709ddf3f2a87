import type { ChatMessage } from '../engine/engine.ts';

/** Chats that are kept, as types alone: programs see them, and no package with them. */

/** A turn of a kept chat. */
export interface ChatTurn {
  readonly type: 'turn';
  readonly id: string;
  /** The turn before; null for the first. */
  readonly parent: string | null;
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
  readonly thinking?: string;
  /** What a model is told in the place of the answer's content: calls of tools with their results, and the content among them. */
  readonly steps?: readonly ChatMessage[];
  /** It begins a shorter branch that stands for the one that ends with this turn. */
  readonly summarizes?: string;
  /** Text files that go with a question. */
  readonly files?: readonly { readonly name: string; readonly text: string }[];
  readonly model?: string;
  /** Why an answer ended; `stopped` and `failed` ones are half. */
  readonly end?: string;
  /** It goes on with the answer before it. */
  readonly continues?: boolean;
  /** Tokens in the context after it, tokens of the answer, and their speed. */
  readonly contextTokens?: number;
  readonly tokens?: number;
  readonly tokensPerSecond?: number;
  /** When it was added, as ISO 8601. */
  readonly at: string;
}

/** A chat as a list has it. */
export interface ChatSummary {
  readonly id: string;
  readonly title: string;
  readonly turns: number;
  readonly updatedAt: string;
}

/** A whole chat: all turns of all branches, in the order they were added. */
export interface KeptChat {
  readonly id: string;
  readonly title: string;
  readonly turns: readonly ChatTurn[];
  /** The turn that the chat goes on after; null for its beginning. */
  readonly place: string | null;
}

/** The chats of a folder. */
export interface ChatFiles {
  /** The newest first; with a text only those it occurs in. */
  list(text?: string): Promise<readonly ChatSummary[]>;
  /** @throws NOT_FOUND */
  read(id: string): Promise<KeptChat>;
  /** Begins a chat, with turns where it is a copy; returns its id. */
  begin(turns?: readonly ChatTurn[], title?: string): Promise<string>;
  /** Writes a turn behind the others. */
  append(id: string, turn: ChatTurn): Promise<void>;
  /** Says after which turn the chat goes on. */
  goTo(id: string, turn: string | null): Promise<void>;
  /** Gives a chat a title. */
  rename(id: string, title: string): Promise<void>;
  /** Moves a chat to the trash. */
  remove(id: string): Promise<void>;
}
