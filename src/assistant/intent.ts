import type { Luci } from '../app/luci.ts';

/** What luci can answer itself is a table of intents: how each is asked for, and what is then said or done. */

/** What an intent works with. */
export interface ExactContext {
  readonly luci: Pick<Luci, 'models' | 'machine' | 'directories' | 'settings'>;
  /** The commands there are, for help about them. */
  readonly commands: readonly CommandFacts[];
  /** The model of the chat, where one is chosen. */
  readonly chatModel?: string;
}

/** A command of luci as its help tells of it. */
export interface CommandFacts {
  readonly name: string;
  readonly operands?: string;
  readonly example?: string;
  readonly summary: string;
  readonly details?: string;
  readonly verbs?: readonly CommandFacts[];
}

/** An answer in words, with the same as data for programs. */
export interface SaidReply {
  readonly kind: 'answer';
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A command line of luci, without the word `luci`, that is to be run with its usual questions. */
export interface CommandReply {
  readonly kind: 'command';
  readonly args: readonly string[];
}

/** What is said or done; undefined where it turns out to be no such question: the text is the model's then. */
export type IntentReply = SaidReply | CommandReply | undefined;

/** The named groups of a pattern, as typed. */
export type Words = Readonly<Record<string, string>>;

/** One row of the table. */
export interface Intent {
  /** Room and name, as in `clock.time`. */
  readonly name: string;
  /** How a person asks for it. */
  readonly example: string;
  /** Forms of the whole question, in the language of {@link compilePattern}. */
  readonly patterns: readonly string[];
  /** A form that is typed, not asked: it is taken as it is, with its dots and question marks. */
  readonly isTyped?: true;
  reply(words: Words, context: ExactContext): IntentReply | Promise<IntentReply>;
}

/** An answer in words. */
export function said(text: string, data: SaidReply['data']): SaidReply {
  return { kind: 'answer', text, data };
}

/** A command to run. */
export function run(...args: readonly string[]): CommandReply {
  return { kind: 'command', args };
}
