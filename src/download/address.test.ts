import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LuciError } from '../base/errors.ts';
import type { ResolvedFile } from '../sources/http/resolved-file.ts';
import { createAddress } from './address.ts';

/** Signed addresses and their end, with a clock that is turned by hand. */

const start = Date.parse('2026-03-01T10:00:00Z');
beforeEach(() => vi.useFakeTimers({ now: start }));
afterEach(() => vi.useRealTimers());

function addressOf(query: (asked: number) => string) {
  let asked = 0;
  const resolve = async (): Promise<ResolvedFile> => {
    asked += 1;
    return { url: `https://cdn.example/file?${query(asked)}`, headers: {}, acceptsRanges: true };
  };
  const address = createAddress({ name: 'f.gguf', sources: [] }, resolve);
  return { address, count: () => asked };
}

const hourFrom = (ms: number): string => String(Math.floor(ms / 1000) + 3600);

test.each([
  ['Expires', (): string => `Expires=${hourFrom(Date.now())}&Signature=s`],
  ['X-Amz-Expires', (): string => `X-Amz-Date=${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}&X-Amz-Expires=3600`],
])('an address with %s is asked for anew a minute before its end, not before', async (_, query) => {
  const { address, count } = addressOf(query);
  await address.current();
  vi.setSystemTime(start + 58 * 60_000);
  await address.current();
  expect(count()).toBe(1);
  vi.setSystemTime(start + 59 * 60_000 + 2000);
  await Promise.all([address.current(), address.current(), address.current()]);
  expect(count()).toBe(2);
});

test('an address that nears its end is used on while the hub cannot be asked', async () => {
  const { address } = addressOf((asked) => {
    if (asked > 1) throw new LuciError('NETWORK_FAILED', 'hub: no answer');
    return `Expires=${hourFrom(Date.now())}`;
  });
  const used = await address.current();
  vi.setSystemTime(start + 59 * 60_000 + 2000);
  expect(await address.current()).toBe(used);
  address.renew(used);
  await expect(address.current()).rejects.toMatchObject({ code: 'NETWORK_FAILED' });
});

test('an address that never lived long is not asked for again and again', async () => {
  const { address, count } = addressOf(() => `Expires=${Math.floor(Date.now() / 1000) + 30}`);
  await address.current();
  await address.current();
  expect(count()).toBe(1);
});

test('connections that are refused one after the other give the address up once', async () => {
  const { address, count } = addressOf((asked) => `n=${asked}`);
  const used = await address.current();
  address.renew(used);
  const fresh = await address.current();
  address.renew(used);
  expect(await address.current()).toBe(fresh);
  expect(count()).toBe(2);
});
