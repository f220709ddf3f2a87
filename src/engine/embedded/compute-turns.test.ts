import { expect, test } from 'vitest';
import { createComputeTurns } from './compute-turns.ts';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('batches of two contexts are computed one after the other, in the order they were asked for, also behind one that fails', async () => {
  const join = createComputeTurns();
  const [first, second] = [join(), join()];
  const log: string[] = [];
  const ends: (() => void)[] = [];
  const compute = (name: string) => async (): Promise<string> => {
    log.push(name);
    await new Promise<void>((resolve) => ends.push(resolve));
    if (name === 'b') throw new Error('no');
    return name;
  };
  const turns = [first.take(compute('a')), second.take(compute('b')), first.take(compute('c'))].map((turn) => turn.catch(String));
  for (const begun of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
    await settled();
    expect(log).toEqual(begun);
    ends.at(-1)?.();
  }
  expect(await Promise.all(turns)).toEqual(['a', 'Error: no', 'c']);
});

test('a context is told that others compute, while they do and a moment after', async () => {
  let now = 0;
  const join = createComputeTurns(() => now);
  const [first, second] = [join(), join()];
  const compute = async (): Promise<void> => undefined;
  await first.take(compute);
  expect([first.isShared, second.isShared]).toEqual([false, true]);
  now = 200;
  await second.take(compute);
  expect(first.isShared).toBe(true);
  now = 501;
  expect([first.isShared, second.isShared]).toEqual([false, false]);
  let end = (): void => undefined;
  const long = second.take(() => new Promise<void>((resolve) => (end = resolve)));
  const waiting = first.take(compute);
  await settled();
  now = 1000;
  end();
  await Promise.all([long, waiting]);
  expect([first.isShared, second.isShared]).toEqual([true, true]);
});

test('behind one that hangs others wait for their turn no longer than a batch may take', async () => {
  const join = createComputeTurns(undefined, 20);
  const [hanging, other] = [join(), join()];
  void hanging.take(() => new Promise(() => undefined));
  expect(await other.take(async () => 'computed')).toBe('computed');
  expect(await other.take(async () => 'again')).toBe('again');
});
