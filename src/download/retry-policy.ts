import { abortError, sleep } from '../base/abort.ts';
import { debugLog } from '../base/debug-log.ts';
import { isLuciError, type LuciError } from '../base/errors.ts';

/** How often and how long is tried again: one policy a transfer, one count a connection. */

/** What a policy is made with. */
export interface RetryPolicyOptions {
  /** Tries of one connection in a row, without a new byte on any, before it is given up. */
  readonly retries: number;
  /** The first pause; it doubles, up to 30 s. */
  readonly retryPauseMs: number;
  /** A number that grows with every new byte of the transfer. */
  readonly receivedBytes: () => number;
  /** Called before a wait. */
  readonly onWait: (waitMs: number, reason: string) => void;
}

/** Counts for whatever tries by itself. */
export interface RetryPolicy {
  /** A fresh count, whose waits the signal ends. */
  count(signal: AbortSignal | undefined): RetryCount;
}

/** The failures of one connection, or of asking for an address. */
export interface RetryCount {
  /** Waits before the next try. Throws the error when it is final, or when too many came in a row. */
  waitBeforeRetry(error: unknown, limits?: { readonly retries?: number }): Promise<void>;
  /** Counts an address that was refused; false when a fresh one was refused as well, without a byte in between. */
  mayRenewAddress(): boolean;
  /** Bytes came: an address that is refused now was good until now. */
  noteProgress(): void;
}

const maxPauseMs = 30_000;
const maxAskedMs = 300_000;
const maxSilenceMs = 600_000;

/** A policy without failures so far. */
export function createRetryPolicy(options: RetryPolicyOptions): RetryPolicy {
  return { count: (signal) => createCount(options, signal) };
}

function createCount({ retries, retryPauseMs, receivedBytes, onWait }: RetryPolicyOptions, signal: AbortSignal | undefined): RetryCount {
  let failures = 0;
  let refusals = 0;
  let bytesThen = receivedBytes();
  let lastByteMs = performance.now();
  return {
    async waitBeforeRetry(error, limits = {}) {
      if (signal?.aborted) throw abortError(signal);
      if (!isRetryable(error)) throw error;
      if (receivedBytes() > bytesThen) {
        failures = 0;
        lastByteMs = performance.now();
      }
      bytesThen = receivedBytes();
      failures += 1;
      const maxRetries = Math.min(limits.retries ?? retries, error.details.maxRetries ?? Number.POSITIVE_INFINITY);
      if (failures > maxRetries || performance.now() - lastByteMs > maxSilenceMs) throw error;
      const { retryAfterMs, status, reason = error.message } = error.details;
      // Spread, so that connections that failed together do not come back together; eight pauses still outlast a minute of 503.
      const pauseMs = Math.min(maxPauseMs, retryPauseMs * 2 ** (failures - 1)) * (0.75 + 0.5 * Math.random());
      const waitMs = retryAfterMs === undefined ? pauseMs : Math.min(retryAfterMs, maxAskedMs);
      debugLog('retry', { waitMs: Math.round(waitMs), failures, status, asked: retryAfterMs !== undefined, why: reason });
      onWait(waitMs, error.message);
      await sleep(waitMs, signal);
    },
    mayRenewAddress() {
      refusals += 1;
      return refusals < 2;
    },
    noteProgress() {
      refusals = 0;
    },
  };
}

function isRetryable(error: unknown): error is LuciError<'NETWORK_FAILED'> {
  return isLuciError(error, 'NETWORK_FAILED') && error.details.retryable !== false;
}
