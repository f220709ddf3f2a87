/** A conversation of a person with the assistant over a folder, as data: what is said, what is asked for, and what an answer must hold. */
export interface Conversation {
  readonly world: World;
  readonly turns: readonly Turn[];
}

/** A conversation with its place among all of them. */
export interface NumberedConversation extends Conversation {
  /** From 1 on; the same in every run. */
  readonly number: number;
  readonly group: string;
}

/** The files of a folder by path; a path that ends with a slash is an empty folder. */
export type World = Readonly<Record<string, string>>;

/** What the person says, and what they want by it. */
export interface Turn {
  readonly say: string;
  /** What is to be done with the files (default: nothing). */
  readonly changes?: readonly Change[];
  /** Words that the answer must hold, each as a whole word in any case; `4|four` is either. */
  readonly answer?: readonly string[];
}

/** One thing that is asked for. Paths are those at that time. */
export type Change =
  | {
      /** A file that is made or replaced; it holds this text, blank lines and blanks at line ends left out of account. */
      readonly write: string;
      readonly content: string;
    }
  | {
      /** A file whose words are the model's; it holds these, as {@link Turn.answer} does. */
      readonly write: string;
      readonly holds: readonly string[];
    }
  | { readonly delete: string }
  | { readonly move: string; readonly to: string }
  | { readonly folder: string };
