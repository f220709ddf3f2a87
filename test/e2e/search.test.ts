import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Home, makeHome } from './luci-process.ts';
import { shownAt } from './pseudo-terminal.ts';

/** Search: as much as a screen takes, a way to the rest, and the order one asks for. */

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home[Symbol.asyncDispose]());

interface Found {
  readonly name: string;
  readonly tier: number;
  readonly fits: 'yes' | 'tight' | 'no';
}
const found = async (...words: string[]): Promise<Found[]> =>
  JSON.parse((await home.luci(['search', '--json', ...words])).stdout) as Found[];

test.skipIf(process.platform !== 'linux')(
  'a terminal shows the first 25 and says how to see the rest; --all and --limit do so',
  async () => {
    const { length } = await found();
    const few = shownAt(home, 100, ['search']);
    expect(few.lines.join(' ')).toContain(`25 of ${length} models; ${length - 25} more with --all, or with --limit 50.`);
    expect(shownAt(home, 100, ['search', '--all']).lines.length).toBeGreaterThan(length);
    expect(shownAt(home, 100, ['search', '--limit', '3', 'coder']).lines.join(' ')).toMatch(
      /3 of \d+ models; \d+ more with --all, or with --limit 6/,
    );
  },
);

test('a program gets all of them, or as many as it asks for', async () => {
  const all = await found();
  expect(all.length).toBeGreaterThan(100);
  expect(await found('--limit', '4')).toEqual(all.slice(0, 4));
  expect((await home.luci(['search', '-q'])).stdout.trim().split('\n')).toHaveLength(all.length);
  expect(await home.luci(['search', '--all', '--limit', '3'])).toMatchObject({ exitCode: 2 });
});

test('each order is one: by name, size, tier and fit', async () => {
  const names = (await found('--sort', 'name', 'qwen')).map(({ name }) => name);
  expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
  const tiers = (await found('--sort', 'tier')).map(({ tier }) => tier);
  expect(tiers).toEqual([...tiers].sort());
  const fits = (await found('--sort', 'fit')).map(({ fits: fit }) => ['yes', 'tight', 'no'].indexOf(fit));
  expect(fits).toEqual([...fits].sort());
  const sizes = (await home.luci(['search', '--sort', 'size', 'llama'])).stdout
    .split('\n')
    .slice(1, -1)
    .flatMap((line) => {
      const [, number, unit] = /(\d[\d.]*) ([MG])B/.exec(line) ?? [];
      return number === undefined ? [] : [Number(number) * (unit === 'G' ? 1000 : 1)];
    });
  expect(sizes.length).toBeGreaterThan(5);
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  expect(names).not.toEqual((await found('qwen')).map(({ name }) => name));
});
