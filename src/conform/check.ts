/** What a check of a server's wire is. A check is data: what is asked, what must hold, and whom it breaks where it does not. */

/** What a server may speak. */
export const protocols = ['openai', 'ollama', 'anthropic'] as const;
export type Protocol = (typeof protocols)[number];

/** What a server answered. */
export interface Reply {
  readonly status: number;
  /** As it came, in small letters. */
  readonly contentType: string;
  readonly text: string;
  /** False where the bytes are no UTF-8. */
  readonly isUtf8: boolean;
  /** The body as JSON; undefined where it is none. */
  readonly json: unknown;
  /** What it sent one after the other: server-sent events, or lines of JSON. */
  readonly events: readonly StreamedEvent[];
}

/** One event of a stream. */
export interface StreamedEvent {
  /** As `event:` calls it; undefined where it has no name. */
  readonly name: string | undefined;
  readonly data: string;
  /** Undefined where the data is no JSON. */
  readonly json: unknown;
}

/** What is known when a question is put together. */
export interface Asking {
  readonly model: string;
  /** Tokens the server says it serves the model with. */
  readonly contextLength: number | undefined;
  /** The answer to a question that came before. */
  readonly before: (question: string) => Reply | undefined;
}

/** One request. Several checks may look at its answer: it is asked once. */
export interface Question {
  readonly method?: 'GET' | 'POST';
  readonly path: string | ((asking: Asking) => string);
  /** A text is sent as it is. Undefined: this cannot be asked here. */
  readonly body?: (asking: Asking) => object | string | undefined;
}

/** What a look at an answer found: nothing wrong, what is wrong, or why it cannot be told. */
export type Finding = undefined | string | { readonly untold: string };

/** One thing that must hold. */
export interface Check {
  /** As in `openai.stream.done`. */
  readonly id: string;
  /** The name of the question of its protocol. */
  readonly question: string;
  /** Whether the question is one to be answered (default), one to be refused, or one where both will do. */
  readonly wants?: 'answer' | 'refusal' | 'either';
  /** What must hold, as it is told. */
  readonly must: string;
  /** Who stumbles where it does not. */
  readonly breaks: readonly string[];
  readonly look: (reply: Reply, asking: Asking) => Finding;
}

/** A protocol: its questions, and what must hold of the answers. */
export interface Suite {
  readonly protocol: Protocol;
  /** Asked first: a server that does not know this does not speak the protocol. */
  readonly opening: string;
  readonly questions: Readonly<Record<string, Question>>;
  readonly checks: readonly Check[];
  /** Extra headers of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a check found. */
export interface CheckResult {
  readonly id: string;
  readonly protocol: Protocol;
  readonly must: string;
  /** Whether it holds; undefined where the server does not offer it, or it cannot be told. */
  readonly holds: boolean | undefined;
  /** What is wrong, or why it cannot be told. */
  readonly why?: string;
  /** Who stumbles where it does not hold. */
  readonly breaks: readonly string[];
}
