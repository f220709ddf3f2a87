/**
 * How many tokens a batch may hold. The weights pass by once for each batch, so larger ones are faster: 16 tokens at a time read a
 * prompt at three quarters of the speed that 128 have. But a stop frees nothing before the batch is done, and who is waiting for a token waits
 * that long for it.
 */
export interface BatchSize {
  /** `isWaitedFor`: others want tokens meanwhile. */
  maxTokens(isWaitedFor: boolean): number;
  /** A batch of so many tokens took so long. */
  measured(tokens: number, durationMs: number): void;
}

/** Of a batch that nobody but its own requests waits for: what was stopped is gone within two seconds. */
const maxBatchMs = 1500;
/** Of a batch that others wait for. */
const maxSharedBatchMs = 200;
/** Fewer tell nothing about the speed, and cost nearly as much. */
export const minBatchTokens = 32;
/** A first batch, and the least where nobody waits; a model of 30 tokens a second has it done in two seconds. */
const firstBatchTokens = 64;

/** Sizes by the speed of the last batch that was large enough to tell. */
export function createBatchSize(capacity: number): BatchSize {
  let tokensPerMs = firstBatchTokens / maxBatchMs;
  return {
    maxTokens(isWaitedFor) {
      const tokens = Math.floor(tokensPerMs * (isWaitedFor ? maxSharedBatchMs : maxBatchMs));
      const min = isWaitedFor ? minBatchTokens : firstBatchTokens;
      return Math.min(capacity, Math.max(min, tokens - (tokens % minBatchTokens)));
    },
    measured(tokens, durationMs) {
      if (tokens >= minBatchTokens) tokensPerMs = tokens / Math.max(1, durationMs);
    },
  };
}
