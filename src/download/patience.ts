import { abortError, sleep } from '../base/abort.ts';
import { debugLog } from '../base/debug-log.ts';
import { isLuciError, type LuciError } from '../base/errors.ts';

/** How often and how long one lane tries again. */

/** The limits of trying. */
export interface PatienceOptions {
  /** Tries in a row without a new byte on any lane before it is given up. */
  readonly retries: number;
  /** The first pause; it doubles, up to 30 s. */
  readonly retryPauseMs: number;
  readonly signal: AbortSignal | undefined;
  /** A number that grows with every byte any lane receives. */
  readonly receivedBytes: () => number;
  /** Called before a wait. */
  readonly onWait: (waitMs: number, reason: string) => void;
}

/** The patience of one lane. */
export interface Patience {
  /** Waits before the next try. Throws the error when it is final, or when too many came in a row. */
  afterFailure(error: unknown, limits?: { readonly retries?: number }): Promise<void>;
}

const longestPauseMs = 30_000;
const longestAskedMs = 300_000;
const silentForMs = 600_000;

/** Fresh patience. */
export function createPatience({ retries, retryPauseMs, signal, receivedBytes, onWait }: PatienceOptions): Patience {
  let failures = 0;
  let bytesThen = receivedBytes();
  let lastByteMs = performance.now();
  return {
    async afterFailure(error, limits = {}) {
      if (signal?.aborted) throw abortError(signal);
      if (!isRetryable(error)) throw error;
      if (receivedBytes() > bytesThen) {
        failures = 0;
        lastByteMs = performance.now();
      }
      bytesThen = receivedBytes();
      failures += 1;
      if (failures > (limits.retries ?? retries) || performance.now() - lastByteMs > silentForMs) throw error;
      const { retryAfterMs } = error.details;
      // Spread, so that lanes that failed together do not come back together; eight pauses still outlast a minute of 503.
      const pauseMs = Math.min(longestPauseMs, retryPauseMs * 2 ** (failures - 1)) * (0.75 + 0.5 * Math.random());
      const waitMs = retryAfterMs !== undefined ? Math.min(retryAfterMs, longestAskedMs) : pauseMs;
      const { status, reason = error.message } = error.details;
      debugLog('retry', { waitMs: Math.round(waitMs), failures, status, asked: retryAfterMs !== undefined, why: reason });
      onWait(waitMs, error.message);
      await sleep(waitMs, signal);
    },
  };
}

function isRetryable(error: unknown): error is LuciError<'NETWORK_FAILED'> {
  return isLuciError(error, 'NETWORK_FAILED') && error.details.retryable !== false;
}
