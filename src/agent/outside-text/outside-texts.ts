import type { ChatMessage } from '../../engine/engine.ts';
import { plainText } from './plain-text.ts';

/** What a conversation has of texts that its person did not write, and what they wrote themselves. */

/** A text of somebody else. */
export interface OutsideText {
  /** The tool that gave it; undefined for a file that goes with a question. */
  readonly tool?: string;
  /** The file it is of, where it is of one. */
  readonly path?: string;
  readonly text: string;
  /** What it was asked with: a name that the call said itself is not named by its result. */
  readonly said?: readonly string[];
  readonly isError?: boolean;
}

/** An {@link OutsideText} as it is compared. */
export interface KeptText extends Omit<OutsideText, 'said'> {
  readonly said: string;
}

/** What was said before a conversation goes on, where its messages do not tell all of it. */
export interface Spoken {
  /** What the person wrote, in the place of whole questions. */
  readonly words: readonly string[];
  /** Texts beside the results of tools: files that went with questions, summaries of what is no longer told. */
  readonly outside: readonly OutsideText[];
}

/** Characters that are kept of one conversation: the results of tools of some hundred questions. */
export const maxOutsideCharacters = 2_000_000;

/** The texts of one conversation. */
export interface OutsideTexts {
  /** The newest first. */
  readonly texts: readonly KeptText[];
  /** More was read than is kept: from then on everything may be of it. */
  readonly isFull: boolean;
  /** Everything that the person wrote, plain. */
  readonly words: string;
  /** What they wrote last, as they wrote it. */
  readonly newestWords: string;
  /** The person says something; nothing where luci asks in their place. */
  hear(words: string): void;
  keep(text: OutsideText): void;
  /** Begins anew with what was said before. */
  load(messages: readonly ChatMessage[], spoken?: Spoken): void;
}

/** Nothing yet. */
export function createOutsideTexts(maxCharacters = maxOutsideCharacters): OutsideTexts {
  let texts: KeptText[] = [];
  let characters = 0;
  let words = '';
  let newestWords = '';

  function hear(heard: string): void {
    if (heard.trim() === '') return;
    newestWords = heard;
    words += `\n${plainText(heard)}`;
  }

  function keep({ text, said = [], ...what }: OutsideText): void {
    characters += text.length;
    if (characters <= maxCharacters) texts = [{ ...what, text: plainText(text), said: said.map(plainText).join('\n') }, ...texts];
  }

  return {
    get texts() {
      return texts;
    },
    get isFull() {
      return characters > maxCharacters;
    },
    get words() {
      return words;
    },
    get newestWords() {
      return newestWords;
    },
    hear,
    keep,
    load(messages, spoken = { words: questionsOf(messages), outside: [] }) {
      [texts, characters, words, newestWords] = [[], 0, '', ''];
      for (const text of spoken.outside) keep(text);
      for (const text of resultsOf(messages)) keep(text);
      for (const said of spoken.words) hear(said);
    },
  };
}

/** What a call was asked with, and the file it is about where it names one. */
export function askedWith(args: Readonly<Record<string, unknown>>): Pick<OutsideText, 'path' | 'said'> {
  const { path } = args;
  return { path: typeof path === 'string' ? path : undefined, said: textsIn(args).map(({ text }) => text) };
}

/** A text among arguments, with the name of the argument. */
export interface ArgumentText {
  readonly argument: string;
  readonly text: string;
}

/** All texts, numbers and inner names of arguments. */
export function textsIn(args: Readonly<Record<string, unknown>>): readonly ArgumentText[] {
  return Object.entries(args).flatMap(([argument, value]) => leavesOf(value).map((text) => ({ argument, text })));
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...leavesOf(inner)]);
}

function questionsOf(messages: readonly ChatMessage[]): readonly string[] {
  return messages.flatMap((message) => (message.role === 'user' ? [message.content] : []));
}

/** Results of tools that stand in a conversation, with what they were asked with. */
function resultsOf(messages: readonly ChatMessage[]): readonly OutsideText[] {
  const calls = messages.flatMap((message) => (message.role === 'assistant' ? (message.toolCalls ?? []) : []));
  return messages.flatMap((message): OutsideText[] => {
    if (message.role !== 'tool') return [];
    // Two turns may give their calls the same id: what is said of one holds for the newest.
    const call = calls.findLast(({ id, name }) => id === message.toolCallId && name === message.name);
    return [{ tool: message.name, text: message.content, ...(call && askedWith(call.arguments)) }];
  });
}
