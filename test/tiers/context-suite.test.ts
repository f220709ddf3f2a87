import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { beyondSuite } from '../../src/tiers/beyond/beyond-suites.ts';
import { effectiveContext } from '../../src/tiers/beyond/effective-context.ts';
import { nullModels } from '../../src/tiers/null-models.ts';
import type { Suite } from '../../src/tiers/suite.ts';
import { verdictOn } from '../../src/tiers/verdict-on.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';
import { knowsAll, openTestBench, type TestBench } from '../fixtures/test-bench.ts';
import { guess } from '../suites/answerers.ts';

/** `luci test --suite context`: how much of a long text a model can use. */

vi.setConfig({ testTimeout: 120_000 });

const suite = beyondSuite('context') as Suite;
const cases = suite.casesOf(0);
const short = cases.filter(({ contextTokens = 0 }) => contextTokens < 6000);

let bench: TestBench;
beforeEach(async () => {
  bench = await openTestBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

test('right answers pass and nearly right ones fail, in texts of every length', async () => {
  for (const { id } of cases)
    for (let seed = 0; seed < 10; seed += 1) {
      const asked = suite.instanceOf(id, String(seed), 0);
      expect(await verdictOn(asked, asked.oracle), `${id}, seed ${seed}`).toEqual({ passes: true });
      expect(await verdictOn(asked, asked.nearMiss), `${id}, seed ${seed}`).toMatchObject({ passes: false });
    }
});

test.each(nullModels)('an answerer that %s passes nothing', async (_, answer) => {
  for (const { id } of short)
    for (const seed of [0, 1, 2, 3]) {
      const asked = suite.instanceOf(id, String(seed), 0);
      expect(await verdictOn(asked, answer(asked)), `${id}, seed ${seed}`).toMatchObject({ passes: false });
    }
});

test('somebody who guesses passes as rarely as the cases say', async () => {
  for (const { id, chanceLevel } of short) {
    let passed = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const asked = suite.instanceOf(id, String(seed), 0);
      passed += (await verdictOn(asked, guess(asked, String(seed)))).passes ? 1 : 0;
    }
    expect(passed, id).toBeLessThanOrEqual(40 * chanceLevel + 3 * Math.sqrt(40 * chanceLevel * (1 - chanceLevel)) + 0.999);
  }
});

test('a text is as long as it is called, the same for the same seed, and its facts are spread over it', () => {
  for (const { id, contextTokens = 0 } of cases) {
    const promptOf = (seed: string): string => suite.instanceOf(id, seed, 0).turns[0]?.user ?? '';
    expect(promptOf('3')).toBe(promptOf('3'));
    expect(promptOf('3')).not.toBe(promptOf('4'));
    const letters = promptOf('3').length;
    expect(letters / 4.2).toBeLessThan(contextTokens);
    const facts = [...promptOf('3').matchAll(/locker code of \w+ is|bicycle of \w+ is|A parcel for/g)].map(({ index }) => index / letters);
    expect(facts[0]).toBeLessThan(0.35);
    expect(facts.at(-1)).toBeGreaterThan(0.6);
  }
});

test('the effective context is the longest text up to which two thirds are right', () => {
  const answers = (shares: Readonly<Record<string, number>>) =>
    Object.entries(shares).flatMap(([length, right]) =>
      [0, 1, 2].map((index) => ({ ability: `context ${length}`, status: index < right ? ('pass' as const) : ('fail' as const) })),
    );
  expect(effectiveContext(answers({ '2k': 3, '4k': 2, '8k': 1, '16k': 3 }))).toBe(4000);
  expect(effectiveContext(answers({ '2k': 1, '4k': 3 }))).toBe(0);
  expect(effectiveContext(answers({ '2k': 3, '4k': 3 }))).toBe(4000);
  expect(effectiveContext([])).toBeUndefined();
});

test('a model is asked as far as its context goes; what it can use stands in list and show, no tier is proven, and the ladder stays', async () => {
  await bench.run({}, () => knowingSession({ knows: knowsAll, suite: { ...suite, tiers: [] } }));
  const knows = (_: number, id: string): boolean => !id.startsWith('8k') && !id.startsWith('16k');
  const open = () => {
    const session = knowingSession({ suite, knows });
    return { ...session, facts: { ...session.facts, contextLength: 20_000 } };
  };
  const { stdout, exitCode } = await bench.run({ options: { suite: 'context' } }, open);
  expect(stdout).toMatch(/context 1\.0\.0 \(\w{6}\): ✗ FAIL \(6\/12\)/);
  expect(stdout).toContain('Effective context of script: 4k tokens');
  expect(exitCode).toBe(8);
  const [model] = await bench.luci.list();
  expect(model?.abilities?.['context']).toMatchObject({ effectiveContext: 4000, shares: { 'context 2k': 1, 'context 8k': 0 } });
  expect(model?.proven?.tier).toBe(-1);
  expect((await bench.luci.tests.newest('script')).run.suite).toContain('luci-tiers');
});
