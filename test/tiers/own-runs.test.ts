import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { dataPath } from '../../src/base/parts.ts';
import { readSuite } from '../../src/tiers/own/load-suite.ts';
import { ladder, type Suite } from '../../src/tiers/suite.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';
import { firstCases, knowsAll, openTestBench, type TestBench } from '../fixtures/test-bench.ts';

/** Runs of other suites and of parts of the ladder beside runs of the whole of it. */

vi.setConfig({ testTimeout: 120_000 });

let bench: TestBench;
beforeEach(async () => {
  bench = await openTestBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const path = dataPath('suites', 'example.json');
const own = readSuite(path);
const tierZero: Suite = { ...ladder, tiers: [0] };
const perfect = () => knowingSession({ knows: knowsAll, suite: tierZero });
const html = (name: string): Promise<string> => readFile(join(bench.home, name), 'utf8');

test('a suite of one’s own that was asked last does not hide the ladder, and is shown by its name or file', async () => {
  await bench.run({}, perfect);
  await bench.run({ options: { suite: path } }, () => knowingSession({ suite: own, knows: knowsAll }));
  const show = async (options: Record<string, string> = {}): Promise<string> =>
    (await bench.run({ operands: ['show', 'script'], options }, perfect)).stdout;
  expect(await show()).toContain('t0-copy');
  expect(await show({ suite: 'example' })).toContain('sum');
  expect(await show({ suite: path })).toBe(await show({ suite: 'example' }));
  expect(await show({ suite: path })).not.toContain('t0-copy');
  await expect(show({ suite: 'others' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('the suite others'),
  });
  const [before = ''] = await bench.logPaths();
  expect((await bench.run({ operands: ['compare', before, 'script'] }, perfect)).stdout).toContain('script  10/10');
  await bench.run({ operands: ['report'], options: { report: join(bench.home, 'ladder.html') } }, perfect);
  expect(await html('ladder.html')).toContain('Cases of tier 0');
});

test('the report of a suite of one’s own shows its own cases and abilities and nothing of the ladder', async () => {
  await bench.run({}, perfect);
  const options = { suite: path, report: join(bench.home, 'own.html'), junit: join(bench.home, 'own.xml') };
  await bench.run({ options }, () => knowingSession({ suite: own, knows: knowsAll }));
  const page = await html('own.html');
  expect(page).toContain('Cases of example 1.0.0');
  expect(page).toContain(`cases of ${own.cases.length}<`);
  expect(page).toContain('✓ passes');
  expect(page).not.toMatch(/>copy<|t0-copy|What guessing comes to/);
  expect(await html('own.xml')).toContain('classname="script.example"');
});

test('cases that are named are asked wherever they are, and say nothing of a tier', async () => {
  const lower: Suite = { ...ladder, tiers: [0, 1] };
  const options = { case: ['t0-pick', 't1-units'] };
  const { stdout, exitCode } = await bench.run({ options }, () => knowingSession({ knows: knowsAll, suite: lower }));
  expect(stdout).toContain('Tier 0, 1 of 10 cases: ✅ (1/1) 100.0%');
  expect(stdout).toContain('Tier 1, 1 of 9 cases: ✅ (1/1) 100.0%');
  expect(stdout).not.toMatch(/holds tier|PASS/);
  expect(stdout).toContain('a part, no tier');
  expect(exitCode).toBe(0);
  expect((await bench.luci.list())[0]?.proven).toBeUndefined();
  await bench.run({ operands: ['report'], options: { report: join(bench.home, 'part.html') } }, perfect);
  expect(await html('part.html')).toContain('a part of the cases, no tier');
  expect(
    (await bench.run({ options: { ...options, fresh: true } }, () => knowingSession({ knows: () => false, suite: lower }))).exitCode,
  ).toBe(8);
});

test('a tier above its own that is passed as a diagnosis is not held', async () => {
  const lower: Suite = { ...ladder, tiers: [0, 1] };
  const { stdout } = await bench.run({ options: { tier: '1' } }, () => knowingSession({ knows: knowsAll, suite: lower }));
  expect(stdout).toMatch(/9\/9 \(d\) .*holds tier 0\n/);
  expect((await bench.luci.list())[0]?.proven).toMatchObject({ tier: 0 });
});

test('merging names the shards and the questions that are missing', async () => {
  for (const shard of ['1/3', '3/3'])
    await bench.run({ options: { shard, fresh: true } }, () =>
      knowingSession({ knows: (_, id) => firstCases(0, 9).has(id), suite: tierZero }),
    );
  const merged = await bench.run({ operands: ['merge', ...(await bench.logPaths())] }, perfect);
  expect(merged.stderr).toBe('Missing: 1 shard (2/3).\nWithout an answer: t0-arith#0, t0-pick#0, t0-rename#0.\n');
  expect(merged.exitCode).toBe(9);
});
