import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LuciError } from '../base/errors.ts';
import { createRetryPolicy, type RetryPolicyOptions } from './retry-policy.ts';

/** How long is waited, with a clock that is turned by hand. */

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const failure = (details: Record<string, unknown> = {}): LuciError => new LuciError('NETWORK_FAILED', 'no', { details });

function countOf(options: Partial<RetryPolicyOptions> = {}) {
  const waits: number[] = [];
  const state = { receivedBytes: 0 };
  const count = createRetryPolicy({
    retries: 8,
    retryPauseMs: 500,
    receivedBytes: () => state.receivedBytes,
    onWait: (waitMs) => waits.push(waitMs),
    ...options,
  }).count(undefined);
  const fail = async (error: LuciError): Promise<void> => {
    const over = count.waitBeforeRetry(error);
    over.catch(() => undefined);
    await vi.runAllTimersAsync();
    return over;
  };
  return { waits, state, fail };
}

test('case 9, 503 for a minute is outlasted; 503 for ever is given up after eight tries', async () => {
  const { waits, fail } = countOf();
  for (let tries = 0; tries < 8; tries += 1) await fail(failure({ status: 503 }));
  expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(60_000);
  expect(Math.max(...waits)).toBeLessThan(40_000);
  await expect(fail(failure({ status: 503 }))).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
});

test('what the error says to be asked for once more is given up after that', async () => {
  const { waits, fail } = countOf();
  await fail(failure({ maxRetries: 1 }));
  await expect(fail(failure({ maxRetries: 1 }))).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
  expect(waits).toHaveLength(1);
});

test('a new byte on any connection gives all tries back', async () => {
  const { state, fail } = countOf({ retries: 1 });
  for (let tries = 0; tries < 20; tries += 1) {
    state.receivedBytes += 1;
    await fail(failure());
  }
  await fail(failure()).catch(() => undefined);
  await expect(fail(failure())).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
});

test('DL-13, a wait that was asked for is kept to, but no longer than five minutes', async () => {
  const { waits, fail } = countOf();
  await fail(failure({ retryAfterMs: 55_000 }));
  await fail(failure({ retryAfterMs: 86_400_000 }));
  expect(waits).toEqual([55_000, 300_000]);
});

test('ten minutes without a byte are the end, whatever is asked for', async () => {
  const { fail } = countOf({ retries: 100 });
  const start = performance.now();
  await expect(
    (async () => {
      for (;;) await fail(failure({ retryAfterMs: 250_000 }));
    })(),
  ).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
  expect(performance.now() - start).toBeLessThan(1_000_000);
});

test('what is final is not tried again', async () => {
  const { waits, fail } = countOf();
  await expect(fail(failure({ retryable: false }))).rejects.toThrow('no');
  await expect(fail(new LuciError('SOURCE_DENIED', 'no'))).rejects.toThrow('no');
  expect(waits).toEqual([]);
});
