import type { Token } from 'node-llama-cpp';
import { expect, test } from 'vitest';
import type { Slot } from './slot.ts';
import { createSlotPool, type SlotContext, type SlotPoolOptions } from './slot-pool.ts';

/** Contexts that compute nothing: which are opened and left, and who works where. */

/** A pool of contexts that have numbers, and what became of them. */
function openPool(options: Partial<SlotPoolOptions> = {}) {
  const opened: number[] = [];
  const left: number[] = [];
  const atWork: string[] = [];
  const newContext = (number: number, count: number): SlotContext => ({
    slots: Array.from({ length: count }, () => ({ tokens: [], canBeCut: true, touch: () => undefined, number }) as unknown as Slot),
    cores: {
      begin: () => void atWork.push(`${number} begins`),
      end: () => void atWork.push(`${number} ends`),
      contexts: 1,
      compute: (_, batch) => batch(),
    },
    dispose: async () => void left.push(number),
  });
  const pool = createSlotPool(newContext(0, 1), {
    openContext: async (count) => {
      opened.push(count);
      return newContext(opened.length, count);
    },
    maxSlots: 3,
    slotBytes: 10,
    takeMemory: () => true,
    stateFolder: 'none',
    ...options,
  });
  /** Begins a request; `end` lets it go. Resolves with the number of its context. */
  const begin = (prompt: readonly number[] = []) => {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const place = new Promise<number>((resolve) => {
      const work = async (slot: Slot): Promise<void> => {
        resolve((slot as unknown as { number: number }).number);
        await ended;
      };
      void pool.use({ prompt: prompt as Token[], deterministic: true }, work, new AbortController().signal);
    });
    return { place, end: () => end() };
  };
  return { pool, opened, left, atWork, begin };
}

test('separate contexts are opened one by one, as requests find none free, and the first stays', async () => {
  const { pool, opened, left, atWork, begin } = openPool({ isSeparate: true });
  const requests = [begin(), begin(), begin(), begin()];
  expect(await Promise.all(requests.slice(0, 3).map(({ place }) => place))).toEqual([0, 1, 2]);
  expect(opened).toEqual([1, 1]);
  requests[1]?.end();
  // The fourth had to wait: there are no more than three.
  expect(await requests[3]?.place).toBe(1);
  for (const { end } of requests) end();
  const last = begin();
  await last.place;
  last.end();
  await new Promise(setImmediate);
  expect(left).toEqual([]);
  expect(['begins', 'ends'].map((word) => atWork.filter((told) => told.endsWith(word)).length)).toEqual([5, 5]);
  await pool.dispose();
  expect(left.toSorted()).toEqual([0, 1, 2]);
});

test('without memory for one more they wait for each other', async () => {
  let free = 10;
  const takeMemory = (bytes: number): boolean => {
    if (bytes > free) return false;
    free -= bytes;
    return true;
  };
  const { opened, begin } = openPool({ isSeparate: true, takeMemory });
  const requests = [begin(), begin(), begin()];
  expect(await Promise.all(requests.slice(0, 2).map(({ place }) => place))).toEqual([0, 1]);
  requests[0]?.end();
  expect(await requests[2]?.place).toBe(0);
  expect(opened).toEqual([1]);
});

test('where contexts are not separate one large context takes the place of the first', async () => {
  const { pool, opened, left, begin } = openPool();
  const requests = [begin(), begin(), begin()];
  expect(await Promise.all(requests.map(({ place }) => place))).toEqual([0, 1, 1]);
  expect(opened).toEqual([3]);
  for (const { end } of requests) end();
  expect(await begin().place).toBe(1);
  await pool.dispose();
  expect(left).toEqual([0, 1]);
});
