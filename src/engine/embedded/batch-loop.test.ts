import type { Token } from 'node-llama-cpp';
import { expect, test } from 'vitest';
import { createBatchLoop } from './batch-loop.ts';
import type { NativeContext, NativeSampler } from './native.ts';

/** A context that decodes nothing and notes with how many threads; more than one are slow, as where another program has a core. */
function busyContext() {
  const used: number[] = [];
  let threads = 0;
  const context = {
    setThreads(count: number) {
      threads = count;
    },
    initBatch: () => undefined,
    addToBatch: () => Uint32Array.of(0),
    decodeBatch: async () => {
      used.push(threads);
      await new Promise((resolve) => setTimeout(resolve, threads > 1 ? 20 : 2));
    },
    sampleToken: async () => 7 as Token,
  };
  return { used, context: context as unknown as NativeContext };
}

/** Lets a slot choose so many tokens. */
function choose(batches: ReturnType<typeof createBatchLoop>, count: number, deterministic: boolean): Promise<void> {
  let left = count;
  return new Promise((resolve, reject) => {
    const onDone = (token: Token | undefined): readonly Token[] | undefined => {
      left -= 1;
      if (left > 0 && token !== undefined) return [token];
      resolve();
      return undefined;
    };
    const slot = { id: 0, tokens: [], deterministicEnds: [], onChange: () => undefined };
    batches.submit({ slot, next: [7 as Token], sampler: {} as NativeSampler, deterministic, onDone, onFailed: reject });
  });
}

test('fewer threads compute where that is faster, and all of them for what must come out alike', async () => {
  const { used, context } = busyContext();
  const batches = createBatchLoop(context, 512, 2);
  await choose(batches, 30, false);
  const shared = used.splice(0);
  expect(shared[0]).toBe(2);
  expect(shared.slice(10).filter((threads) => threads === 1).length).toBeGreaterThan(15);
  await choose(batches, 10, true);
  expect(used).toEqual(Array(10).fill(2));
  await batches.stop();
});
