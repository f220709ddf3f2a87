import type { DetailsOf } from './error-details.ts';

/** The one table of failures, and the one error class. Knows codes, exit statuses and HTTP statuses; not terminals. */

interface ErrorKind {
  /** Exit status of the command that ends with it. */
  readonly exitCode: number;
  /** Status of an HTTP answer that reports it. */
  readonly httpStatus: number;
}

/** Every failure a user can meet. A new one is a new row here. */
export const errorKinds = {
  // What was asked for
  USAGE: { exitCode: 2, httpStatus: 400 },
  CONFIG_INVALID: { exitCode: 2, httpStatus: 500 },
  CONTEXT_OVERFLOW: { exitCode: 2, httpStatus: 400 },
  NOT_CONFIRMED: { exitCode: 2, httpStatus: 400 },
  AGENT_CLOSED: { exitCode: 2, httpStatus: 409 },
  METHOD_NOT_ALLOWED: { exitCode: 2, httpStatus: 405 },
  TOO_LARGE: { exitCode: 2, httpStatus: 413 },
  UNAUTHORIZED: { exitCode: 2, httpStatus: 401 },
  FORBIDDEN: { exitCode: 2, httpStatus: 403 },
  // Models
  MODEL_UNKNOWN: { exitCode: 3, httpStatus: 404 },
  MODEL_NOT_INSTALLED: { exitCode: 3, httpStatus: 404 },
  MODEL_DISABLED: { exitCode: 3, httpStatus: 403 },
  NOT_FOUND: { exitCode: 3, httpStatus: 404 },
  SOURCE_NOT_FOUND: { exitCode: 3, httpStatus: 404 },
  // Network
  OFFLINE: { exitCode: 4, httpStatus: 503 },
  NETWORK_FAILED: { exitCode: 4, httpStatus: 502 },
  SOURCE_DENIED: { exitCode: 4, httpStatus: 502 },
  // Disk
  DISK_FULL: { exitCode: 5, httpStatus: 507 },
  DISK_DENIED: { exitCode: 5, httpStatus: 500 },
  DISK_FAILED: { exitCode: 5, httpStatus: 500 },
  LOCKED: { exitCode: 5, httpStatus: 409 },
  // Integrity
  DIGEST_MISMATCH: { exitCode: 6, httpStatus: 502 },
  PIN_MISMATCH: { exitCode: 6, httpStatus: 502 },
  SOURCE_BROKEN: { exitCode: 6, httpStatus: 502 },
  GGUF_BROKEN: { exitCode: 6, httpStatus: 422 },
  STATE_BROKEN: { exitCode: 6, httpStatus: 500 },
  CHANGED_SINCE: { exitCode: 6, httpStatus: 409 },
  // Engine and machine
  ENGINE_UNSUPPORTED: { exitCode: 7, httpStatus: 400 },
  ENGINE_FAILED: { exitCode: 7, httpStatus: 500 },
  ENGINE_CRASHED: { exitCode: 7, httpStatus: 500 },
  MEMORY_SHORT: { exitCode: 7, httpStatus: 507 },
  BUSY: { exitCode: 7, httpStatus: 503 },
  NOT_RESUMABLE: { exitCode: 7, httpStatus: 410 },
  // Tests
  TIER_NOT_PASSED: { exitCode: 8, httpStatus: 500 },
  TESTS_INCOMPLETE: { exitCode: 9, httpStatus: 500 },
  // Tasks
  LIMIT_REACHED: { exitCode: 10, httpStatus: 422 },
  // Stopping
  HUNG_UP: { exitCode: 129, httpStatus: 499 },
  CANCELLED: { exitCode: 130, httpStatus: 499 },
  TIMED_OUT: { exitCode: 124, httpStatus: 504 },
  TERMINATED: { exitCode: 143, httpStatus: 499 },
  // Anything else
  FAILED: { exitCode: 1, httpStatus: 500 },
} as const satisfies Record<string, ErrorKind>;

/** A row of {@link errorKinds}. */
export type ErrorCode = keyof typeof errorKinds;

/** What an error carries beside its message. */
export interface LuciErrorOptions<Code extends ErrorCode = ErrorCode> {
  /** The next commands to type, one a line. */
  readonly hint?: string;
  /** Facts for `--json` and for callers; never tokens, never signed URLs. */
  readonly details?: DetailsOf<Code>;
  readonly cause?: unknown;
}

/**
 * A failure luci knows: what happened to which object, and what to do next. Everything else thrown is a bug.
 * The program goes by the code and by the details of its form, never by the message.
 */
export class LuciError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'LuciError';
  readonly code: Code;
  readonly hint: string | undefined;
  readonly details: DetailsOf<Code>;

  constructor(code: Code, message: string, { hint, details, cause }: LuciErrorOptions<Code> = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
    // Every member of every form may be missing.
    this.details = details ?? ({} as DetailsOf<Code>);
  }

  get exitCode(): number {
    return errorKinds[this.code].exitCode;
  }

  get httpStatus(): number {
    return errorKinds[this.code].httpStatus;
  }

  /** What crosses a process border or goes into `--json`. */
  toJSON(): LuciErrorData {
    const { code, message, hint, details } = this;
    return { code, message, hint, details };
  }
}

/** A {@link LuciError} as data. */
export interface LuciErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: DetailsOf<ErrorCode>;
}

/** The error that crossed a process border, as an error again. */
export function luciErrorFrom({ code, message, hint, details }: LuciErrorData): LuciError {
  return new LuciError(code in errorKinds ? code : 'FAILED', message, {
    hint,
    details,
  });
}

/** True for a {@link LuciError}, of one code when `code` is given: then its details have the form of that code. */
export function isLuciError<Code extends ErrorCode = ErrorCode>(error: unknown, code?: Code): error is LuciError<Code> {
  return error instanceof LuciError && (code === undefined || error.code === code);
}
