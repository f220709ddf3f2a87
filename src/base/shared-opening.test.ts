import { expect, test } from 'vitest';
import { shareOpening } from './shared-opening.ts';

/** Things that open when they are told to. */
function openings() {
  const begun: { open(): void; fail(error: Error): void; readonly signal: AbortSignal }[] = [];
  let disposed = 0;
  const shared = shareOpening((signal) => {
    const number = begun.length;
    return new Promise<{ readonly number: number } & AsyncDisposable>((resolve, reject) => {
      const dispose = async (): Promise<void> => {
        disposed += 1;
      };
      begun.push({ open: () => resolve({ number, [Symbol.asyncDispose]: dispose }), fail: reject, signal });
    });
  });
  return { shared, begun, disposed: () => disposed };
}

test('any number of askers get one opening, and the abort of one ends the waiting of none of the others', async () => {
  const { shared, begun } = openings();
  const stoppers = Array.from({ length: 20 }, () => new AbortController());
  const asked = stoppers.map(({ signal }) => shared.get(signal));
  stoppers[0]?.abort();
  stoppers[7]?.abort();
  await expect(asked[0]).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(begun).toHaveLength(1);
  expect(begun[0]?.signal.aborted).toBe(false);
  begun[0]?.open();
  const settled = await Promise.allSettled(asked);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(18);
  expect(shared.value).toMatchObject({ number: 0 });
});

test('an opening nobody waits for any more is ended, and disposed where it came all the same', async () => {
  const { shared, begun, disposed } = openings();
  const stopper = new AbortController();
  const asked = [shared.get(stopper.signal), shared.get(stopper.signal)];
  stopper.abort();
  expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(begun[0]?.signal.aborted).toBe(true);
  begun[0]?.open();
  const next = shared.get();
  begun[1]?.open();
  expect(await next).toMatchObject({ number: 1 });
  expect([begun.length, disposed()]).toEqual([2, 1]);
});

test('one that failed is tried again, one that was dropped is opened anew once, and closing disposes what is open', async () => {
  const { shared, begun, disposed } = openings();
  const failing = Promise.allSettled([shared.get(), shared.get()]);
  begun[0]?.fail(new Error('no'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const first = shared.get();
  begun[1]?.open();
  const lost = await first;
  const again = Array.from({ length: 20 }, () => {
    shared.drop(lost); // Each of them finds it lost.
    return shared.get();
  });
  begun[2]?.open();
  expect(new Set(await Promise.all(again)).size).toBe(1);
  expect(begun).toHaveLength(3);
  await shared.close();
  expect([shared.value, disposed()]).toEqual([undefined, 1]);
});
