import type { ToolDefinition } from '../../engine/engine.ts';

/** What a way of writing calls is. */

/** A call as it was written: not yet known to be one that can be carried out. */
export interface Attempt {
  readonly name: string;
  /** What was written as the arguments; an object where it could be read. */
  readonly arguments: unknown;
  /** Why it cannot be read: `cut` by the end of the text, or `broken`. */
  readonly problem?: 'cut' | 'broken';
}

/** What stands at a place of a text. `undecided`: more of the text may make it a call. */
export type CallReading =
  | { readonly state: 'none' }
  | { readonly state: 'undecided' }
  | { readonly state: 'calls'; readonly attempts: readonly Attempt[]; readonly end: number };

/** What a form reads with. */
export interface CallScope {
  readonly tools: readonly ToolDefinition[];
  /** Whether the text is over: nothing is undecided any more. */
  readonly isFinal: boolean;
  /** Whether tags stand around the place that mean nothing but calls. */
  readonly isTagged: boolean;
  /** Whether tags or a fence stand around the place. */
  readonly isWrapped: boolean;
  /** Whether nothing was said before the place: a call of an unknown tool is taken for one there. */
  readonly isFirst: boolean;
}

/** One way of writing calls. */
export interface CallForm {
  readonly name: string;
  /** A call of the tool `clock` in it, for tests and docs. */
  readonly example: string;
  read(text: string, at: number, scope: CallScope): CallReading;
}

export const none: CallReading = { state: 'none' };
export const undecided: CallReading = { state: 'undecided' };

/** Whether what stands at a place may still become the word: the text ends within it. */
export function mayBecome(word: string, text: string, at: number): boolean {
  const left = text.length - at;
  return left < word.length && word.startsWith(text.slice(at));
}

/** The offered tool of a name, `functions.` before it left out. */
export function offered(tools: readonly ToolDefinition[], name: string): ToolDefinition | undefined {
  const bare = bareName(name);
  return tools.find((tool) => tool.name === bare);
}

/** A name without the space that some families put before it. */
export function bareName(name: string): string {
  return name.trim().replace(/^(functions?|tools?)\./, '');
}
