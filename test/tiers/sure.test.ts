import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkCertificate } from '../../src/tiers/certificate.ts';
import { readRunLog } from '../../src/tiers/run-log.ts';
import { sequentialVerdict } from '../../src/tiers/statistics.ts';
import { ladder, type Suite } from '../../src/tiers/suite.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';
import { firstCases, knowsAll, openTestBench, type TestBench } from '../fixtures/test-bench.ts';

/** `luci test --sure`: new variants until the verdict is sure. */

vi.setConfig({ testTimeout: 120_000 });

let bench: TestBench;
beforeEach(async () => {
  bench = await openTestBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const repeats = 2;
/** Tier 0 alone: puzzles of the higher ones take long to make. */
const suite: Suite = { ...ladder, tiers: [0] };

test('a perfect model is asked a second round, and its tier is confirmed', async () => {
  const { stdout, stderr, exitCode } = await bench.run({ options: { sure: true } }, () =>
    knowingSession({ knows: knowsAll, suite, repeats }),
  );
  expect(stdout).toMatch(/Tier 0: ✅ PASS \(20\/20\) 100\.0%\n +95 % interval 84-100, 2 repeats of 10 cases, confirmed at 95 %\n/);
  expect(stderr).toMatch(/tokens\/s.*, at most 1 h/);
  expect(exitCode).toBe(0);
  expect((await bench.luci.list())[0]?.proven).toMatchObject({ tier: 0, confirmed: true });
});

test('what is clear after one round ends there; what is not goes on with questions that were not asked before', async () => {
  const refuted = await bench.run({ options: { sure: true } }, () => knowingSession({ knows: () => false, suite }));
  expect(refuted.stdout).toMatch(/FAIL \(0\/10\) 0\.0%\n.*, refuted at 95 %/);
  expect(refuted.exitCode).toBe(8);
  // Eight of ten in every round lies between what the test tells apart: it takes many.
  const known = firstCases(0, 7);
  await bench.run({ options: { sure: true, fresh: true } }, () => knowingSession({ knows: (_, id) => known.has(id), suite, repeats: 8 }));
  const log = readRunLog((await bench.logPaths()).at(-1) ?? '');
  if (!log) throw new Error('there is no log');
  const [tier] = log.tiers;
  expect(tier).toMatchObject({ sure: 'fail', verdict: 'fail', sequential: true });
  expect(log.answers).toHaveLength(10 * (tier?.repeats ?? 0));
  expect(new Set(log.answers.map(({ turns }) => turns[0]?.user)).size).toBeGreaterThan(log.answers.length * 0.9);
  const [passed, failed] = ['pass', 'fail'].map((status) => log.answers.filter((answer) => answer.status === status).length);
  expect(sequentialVerdict(passed ?? 0, failed ?? 0)).toBe('fail');
});

test('where time is over before it is sure, that is said, and the same command goes on', async () => {
  const open = () => knowingSession({ knows: knowsAll, suite, repeats });
  const first = await bench.run({ options: { sure: true, 'max-minutes': '0.000001' } }, open);
  expect(first.stdout).toContain('Tier 0: • NOT SURE YET');
  expect(first.stdout).not.toContain('PASS');
  expect(first.exitCode).toBe(9);
  const second = await bench.run({ options: { sure: true } }, open);
  expect(second.exitCode).toBe(0);
  expect(await bench.logPaths()).toHaveLength(1);
});

test('an engine that fails ends it: errors are never asked again and again', async () => {
  const open = () => {
    const knowing = knowingSession({ knows: knowsAll, suite });
    let count = 0;
    return {
      ...knowing,
      generate(...asked: Parameters<typeof knowing.generate>) {
        count += 1;
        // The first is the warm-up.
        if (count > 1) throw new Error('the engine is gone');
        return knowing.generate(...asked);
      },
    };
  };
  const { stdout, exitCode } = await bench.run({ options: { sure: true } }, open);
  expect(stdout).toContain('INCOMPLETE, 10 errors');
  expect(exitCode).toBe(9);
});

test('a certificate of such a run holds together', async () => {
  await bench.run({ options: { sure: true } }, () => knowingSession({ knows: knowsAll, suite, repeats }));
  const certified = await bench.run({ operands: ['certify', 'script'] }, () => knowingSession({ knows: knowsAll, suite }));
  const text = await readFile(certified.stdout.trim(), 'utf8');
  expect(checkCertificate(text, { name: 'c.json', suite: ladder })).toMatchObject({ repeats: 2, passed: 20, total: 20, sequential: true });
});

test('--sure is about whole tiers', async () => {
  const others: Record<string, string | boolean>[] = [{ fast: true }, { case: 't0-json' }, { shard: '1/2' }];
  for (const options of others)
    await expect(
      bench.run({ options: { sure: true, ...options } }, () => knowingSession({ knows: knowsAll, suite })),
    ).rejects.toMatchObject({
      code: 'USAGE',
    });
});

test('a comparison tests all cases together, then each tier, and says how many repeats a difference of 20 points takes', async () => {
  const lower: Suite = { ...ladder, tiers: [0, 1] };
  await bench.setNative(1);
  await bench.run({}, () => knowingSession({ knows: knowsAll, suite: lower }));
  const [before = ''] = await bench.logPaths();
  await bench.run({ options: { fresh: true, all: true } }, () =>
    knowingSession({ knows: (tier, id) => tier > 0 || firstCases(0, 4).has(id), suite: lower }),
  );
  const after = (await bench.logPaths()).at(-1) ?? '';
  const { stdout } = await bench.run({ operands: ['compare', before, after] }, () => knowingSession({ knows: knowsAll, suite }));
  const lines = stdout.trimEnd().split('\n').slice(-4);
  expect(lines).toEqual([
    'The difference is more than chance over all 19 cases together (McNemar, p = 0.031).',
    '  Tier 0: 10/10, 4/10  p = 0.031',
    '  Tier 1: 9/9, 9/9  p = 1.000',
    expect.stringMatching(
      /^A difference of 20 points over 19 cases is told 9 times out of 10 with \d repeats \(luci test --repeats \d; here it is 1\)\.$/,
    ),
  ]);
});
