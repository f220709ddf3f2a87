import type { Token } from 'node-llama-cpp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { WaitEvent } from '../engine.ts';
import { tellReading } from './tell-reading.ts';

/** How far a prompt is, with a clock that is turned by hand. */

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

/** A slot that evaluates when it is told to. */
function handSlot() {
  const tokens: Token[] = [];
  let tell = (): void => undefined;
  return {
    tokens,
    changed: () =>
      new Promise<void>((resolve) => {
        tell = resolve;
      }),
    async evaluate(count: number, ms: number): Promise<void> {
      vi.advanceTimersByTime(ms);
      for (let index = 0; index < count; index += 1) tokens.push(index as Token);
      tell();
      await new Promise(setImmediate);
    },
  };
}

test('a prompt that takes its time is told of four times a second at most, a short one not at all', async () => {
  const slot = handSlot();
  const told: WaitEvent[] = [];
  const reading = async (batches: number): Promise<string> => {
    for (let batch = 0; batch < batches; batch += 1) await slot.evaluate(100, 100);
    return 'read';
  };
  const emit = (event: WaitEvent): void => void told.push(event);
  await expect(tellReading(slot, { totalTokens: 1000, emit }, reading(3))).resolves.toBe('read');
  expect(told).toEqual([]);
  slot.tokens.length = 0;
  await tellReading(slot, { totalTokens: 1000, emit }, reading(10));
  expect(told).toEqual([500, 800].map((doneTokens) => ({ type: 'reading', doneTokens, totalTokens: 1000 })));
  await slot.evaluate(100, 1000);
  expect(told).toHaveLength(2);
});
