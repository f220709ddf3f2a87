/** Facts an error carries beside its message, by code: what the program goes by. Messages are for people and may change at any time. */

/** What is known of a source that did not give what it was asked for. */
export interface SourceFacts {
  /** The machine that was asked. */
  readonly host?: string;
  /** Why, in few words, where the message is a whole sentence. */
  readonly reason?: string;
  /** Status of the HTTP answer; missing where there was none. */
  readonly status?: number;
  /** False where asking again cannot help (default: true for NETWORK_FAILED). */
  readonly retryable?: boolean;
  /** Asking again more often than that cannot help (default: as often as everything is). */
  readonly maxRetries?: number;
  /** How long the server asks to wait. */
  readonly retryAfterMs?: number;
  /** The signature of the address is no longer accepted; a fresh address may be. */
  readonly expired?: boolean;
}

/** What happened to the data of a run that was stopped. */
export interface StopFacts {
  /** Partial data that was deleted. */
  readonly deletedBytes?: number;
  /** Partial data that is kept, of {@link totalBytes}. */
  readonly keptBytes?: number;
  readonly totalBytes?: number;
}

/** The codes whose details have a fixed form. Those of every other code are for `--json` alone, and nothing is decided by them. */
export interface ErrorDetails {
  readonly NETWORK_FAILED: SourceFacts;
  readonly SOURCE_DENIED: SourceFacts;
  readonly SOURCE_NOT_FOUND: SourceFacts;
  readonly SOURCE_BROKEN: SourceFacts & {
    /** The first bytes were no model: nothing of what came is kept. */
    readonly wrongBytes?: boolean;
  };
  readonly GGUF_BROKEN: {
    /** What is wrong, without a word of which file. */
    readonly problem?: string;
    /** The file, where the message names it. */
    readonly path?: string;
    /** What ended the process that tried to load it, and when. */
    readonly reason?: string;
    readonly triedAt?: string;
    readonly requiredBytes?: number;
    readonly sizeBytes?: number;
  };
  readonly MODEL_UNKNOWN: {
    /** The word nobody knows. */
    readonly name?: string;
    readonly nearest?: readonly string[];
  };
  readonly CANCELLED: StopFacts;
  readonly TIMED_OUT: StopFacts;
}

/** The details of a code. */
export type DetailsOf<Code extends string> = Code extends keyof ErrorDetails ? ErrorDetails[Code] : Readonly<Record<string, unknown>>;
