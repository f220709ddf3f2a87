import type { Token } from 'node-llama-cpp';
import { expect, test } from 'vitest';
import { createBatchLoop, type Job, type JobSlot } from './batch-loop.ts';
import type { NativeContext, NativeSampler } from './native.ts';
import { type CoreShare, joinCores } from './shared-cores.ts';

/** A context that computes nothing, on two cores of which another program has one (or none); notes each batch. */
function busyContext({ isBusy = true } = {}) {
  const batches: { readonly tokens: number; readonly threads: number }[] = [];
  const orders: number[][] = [];
  const time = { nowMs: 0, ownMs: 0 };
  let [threads, tokens] = [0, 0];
  const context = {
    setThreads(count: number) {
      threads = count;
    },
    initBatch(count: number) {
      tokens = count;
      orders.push([]);
    },
    addToBatch(slotId: number) {
      orders.at(-1)?.push(slotId);
      return Uint32Array.of(0);
    },
    async decodeBatch() {
      batches.push({ tokens, threads });
      const durationMs = Math.max(50, tokens * 5);
      time.nowMs += durationMs;
      time.ownMs += durationMs * (threads === 2 && isBusy ? 1.33 : threads);
    },
    sampleToken: async () => 7 as Token,
    disposeSequence: () => undefined,
  };
  const clocks = () => {
    const { nowMs, ownMs } = time;
    return { nowMs, ownMs: () => ownMs, idleMs: () => 0 };
  };
  return { batches, orders, clocks, context: context as unknown as NativeContext };
}

type Loop = ReturnType<typeof createBatchLoop>;

function newSlot(id: number): JobSlot {
  return { id, tokens: [], deterministicEnds: [], deterministicThreads: undefined, onChange: () => undefined };
}

/** Lets a slot read a prompt and choose so many tokens. */
function choose(loop: Loop, { prompt = 1, count, ...more }: { prompt?: number; count: number } & Partial<Job>): Promise<void> {
  let left = count;
  return new Promise((resolve, reject) => {
    const onDone = (token: Token | undefined): readonly Token[] | undefined => {
      left -= 1;
      if (left > 0 && token !== undefined) return [token];
      resolve();
      return undefined;
    };
    const next = Array<Token>(prompt).fill(7 as Token);
    const sampler = {} as NativeSampler;
    loop.submit({ slot: newSlot(0), next, sampler, deterministic: undefined, onDone, onFailed: reject, ...more });
  });
}

const openLoop = () => {
  const { batches, orders, clocks, context } = busyContext();
  return { batches, orders, loop: createBatchLoop(context, { capacity: 512, maxThreads: 2, clocks }) };
};

test('tokens and prompts are computed by as many threads as find a core', async () => {
  const { batches, loop } = openLoop();
  await choose(loop, { count: 30 });
  expect(batches[0]?.threads).toBe(2);
  expect(batches.slice(6).map(({ threads }) => threads)).toEqual(Array(24).fill(1));
  batches.length = 0;
  await choose(loop, { prompt: 300, count: 1 });
  expect(batches.map(({ threads }) => threads)).toEqual(batches.map(() => 1));
  await loop.stop();
});

test('a context computes by its share of the cores while others have requests, and in small batches where there are more than cores', async () => {
  const [own, ...others] = [joinCores(2), joinCores(2), joinCores(2)];
  const { batches, clocks, context } = busyContext({ isBusy: false });
  const loop = createBatchLoop(context, { capacity: 512, maxThreads: 2, cores: own, clocks });
  const threadsOf = async (count: number, prompt = 600): Promise<number[]> => {
    batches.length = 0;
    await choose(loop, { prompt, count });
    return [...new Set(batches.map(({ threads }) => threads))];
  };
  own.begin();
  expect(await threadsOf(1)).toEqual([2]);
  expect(batches.length).toBeLessThan(5);
  others[0]?.begin();
  expect(await threadsOf(40)).toEqual([1]);
  expect(batches.filter(({ tokens }) => tokens > 1).length).toBeLessThan(5);
  others[1]?.begin();
  await threadsOf(1);
  expect(Math.max(...batches.map(({ tokens }) => tokens))).toBe(32);
  for (const other of others) other.end();
  // What others had of the cores says nothing of the machine: it begins with all again.
  expect(await threadsOf(3, 1)).toEqual([2]);
  for (const context of [own, ...others]) context[Symbol.dispose]();
  await loop.stop();
});

test('no more threads compute than there are cores, and who asked first begins first', async () => {
  const [one, two] = [joinCores(2), joinCores(2)];
  const order: string[] = [];
  const ends = new Map<string, () => void>();
  const begin = (name: string, of: CoreShare, threads: number): Promise<void> =>
    of.compute(threads, () => {
      order.push(name);
      return new Promise((resolve) => void ends.set(name, resolve));
    });
  const all = [begin('a', one, 1), begin('b', two, 1), begin('both', one, 2), begin('c', two, 1), begin('more than there are', one, 3)];
  const after = async (name: string): Promise<string> => {
    ends.get(name)?.();
    await new Promise(setImmediate);
    return order.join(', ');
  };
  expect(await after('')).toBe('a, b');
  expect(await after('a')).toBe('a, b');
  all.push(begin('late', two, 1));
  expect(await after('b')).toBe('a, b, both');
  expect(await after('both')).toBe('a, b, both, c');
  expect(await after('c')).toBe('a, b, both, c, more than there are');
  expect(await after('more than there are')).toBe('a, b, both, c, more than there are, late');
  await after('late');
  await Promise.all(all);
  one[Symbol.dispose]();
  two[Symbol.dispose]();
});

test('what must come out alike keeps its number of threads', async () => {
  const { batches, loop } = openLoop();
  await choose(loop, { count: 20 });
  batches.length = 0;
  await choose(loop, { count: 10, deterministic: { threads: 2 } });
  expect(batches).toEqual(Array(10).fill({ tokens: 1, threads: 2 }));
  expect(await loop.deterministic()).toEqual({ threads: 1 });
  await loop.stop();
});

test('a prompt is read in few large batches, and in small ones while somebody waits for tokens', async () => {
  const { batches, loop } = openLoop();
  await choose(loop, { prompt: 600, count: 1 });
  // A second and a half of it at a time, from the second batch on.
  expect(batches.map(({ tokens }) => tokens)).toEqual([64, 288, 248]);
  batches.length = 0;
  const talking = choose(loop, { slot: newSlot(1), count: 40 });
  await choose(loop, { prompt: 600, count: 1 });
  expect(Math.max(...batches.map(({ tokens }) => tokens))).toBe(32);
  await talking;
  await loop.stop();
});

test('those of one batch stand in the order of their slots, however they came and took turns', async () => {
  const { orders, loop } = openLoop();
  await Promise.all([3, 0, 2, 1].map((id, index) => choose(loop, { slot: newSlot(id), count: 8 - index })));
  expect(orders.filter(({ length }) => length === 4).length).toBeGreaterThan(3);
  for (const order of orders) expect(order).toEqual(order.toSorted((a, b) => a - b));
  await loop.stop();
});

test('a batch that fails ends the requests that were in it, and no other', async () => {
  const { loop } = openLoop();
  const failing = {
    applyConfig: () => undefined,
    dispose: () => undefined,
  };
  const { context } = busyContext();
  const broken = createBatchLoop({ ...context, sampleToken: () => Promise.reject(new Error('no')) } as NativeContext, {
    capacity: 512,
    maxThreads: 2,
  });
  await expect(choose(broken, { count: 1, sampler: failing })).rejects.toThrow('no');
  await choose(loop, { count: 2 });
  await Promise.all([loop.stop(), broken.stop()]);
});

test('what is asked of a model that was closed, or is being closed, fails with a next step', async () => {
  const { loop } = openLoop();
  const closed = { code: 'ENGINE_FAILED', hint: 'Run the command again.' };
  const asked = expect(choose(loop, { prompt: 600, count: 50 })).rejects.toMatchObject(closed);
  await loop.stop();
  await asked;
  await expect(choose(loop, { count: 1 })).rejects.toMatchObject(closed);
  await expect(loop.between(() => 1)).rejects.toMatchObject(closed);
});
