import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Tier } from '../../src/base/model.ts';
import { dataPath } from '../../src/base/parts.ts';
import { readSuite } from '../../src/tiers/own/load-suite.ts';
import { casesOf } from '../../src/tiers/suite.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';
import { firstCases, knowsAll, openTestBench, type TestBench } from '../fixtures/test-bench.ts';

/** `luci test compare --fail-on regress`: a build fails when a model got worse, and only then. */

let bench: TestBench;
beforeEach(async () => {
  bench = await openTestBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

type Knows = Parameters<typeof knowingSession>[0]['knows'];

/** Tests a model that knows this, and puts the log where a build keeps it. */
async function logOf(name: string, knows: Knows, options: Record<string, string | boolean | string[]> = {}): Promise<string> {
  const repeats = Number(options['repeats'] ?? 1);
  const seed = String(options['seed'] ?? '0');
  await bench.run({ options: { ...options, fresh: true }, yes: true }, () => knowingSession({ knows, repeats, seed }));
  const path = join(bench.home, `${name}.jsonl`);
  await copyFile((await bench.logPaths()).at(-1) ?? '', path);
  return path;
}

const compared = (operands: string[], options: Record<string, string> = { 'fail-on': 'regress' }, json = false) =>
  bench.run({ operands: ['compare', ...operands], options, json }, () => knowingSession({ knows: knowsAll }));

const knowsFirst = (count: number): Knows => {
  const known = firstCases(0, count);
  return (tier, id) => tier > 0 || known.has(id);
};

test('the same answers are no regression, better ones neither: exit 0', async () => {
  const eight = await logOf('eight', knowsFirst(8));
  const ten = await logOf('ten', knowsAll);
  const same = await compared([eight, eight]);
  expect([same.exitCode, same.stdout]).toEqual([0, expect.stringMatching(/\nNo regression is shown\.\n$/)]);
  expect((await compared([eight, ten])).exitCode).toBe(0);
});

test('a tier that was passed and is not passed any more: exit 8 and how much of it, with the chance told', async () => {
  const before = await logOf('before', knowsFirst(9));
  await logOf('now', knowsFirst(7));
  // The newest run of the model by its name; the baseline may be called anything.
  const baseline = join(bench.home, 'kept by the build');
  await copyFile(before, baseline);
  const { stdout, exitCode } = await compared(['script'], { baseline, 'fail-on': 'regress' });
  expect(exitCode).toBe(8);
  expect(stdout).toBe(
    `${baseline}  9/10  95 % interval 60-98\nscript  7/10  95 % interval 40-89\nonly ${baseline}: t0-rename, t0-list\n` +
      'No difference is shown over all 10 cases together (McNemar, p = 0.500).\n' +
      'A difference of 20 points over 10 cases is told 9 times out of 10 with 13 repeats (luci test --repeats 13; here it is 1).\n' +
      'Regression: Tier 0 was passed and is not passed any more (9/10, now 7/10). So few lost answers may be chance (p = 0.500).\n',
  );
  // Without the gate it is a comparison, and the other way round no regression.
  expect(await compared([before, 'script'], {})).toMatchObject({ exitCode: 0, stdout: expect.not.stringContaining('egression') });
  expect((await compared(['script', before])).exitCode).toBe(0);
  const json = await compared([before, 'script'], { 'fail-on': 'regress' }, true);
  expect(json.exitCode).toBe(8);
  expect(JSON.parse(json.stdout)).toMatchObject({
    regression: 'shown',
    tiers: [
      { tier: 0, questions: 10, passed: [9, 7], verdicts: ['pass', 'fail'], pairs: 10, lost: 2, won: 0, p: 0.5, regression: 'verdict' },
    ],
  });
});

test('a tier that was never passed: only a loss beyond chance is a regression', async () => {
  const seven = await logOf('seven', knowsFirst(7));
  const two = await logOf('two', knowsFirst(2));
  const one = await logOf('one', knowsFirst(1));
  expect((await compared([seven, two])).exitCode).toBe(0); // 5 : 0, p = 0.063
  const { exitCode, stdout } = await compared([seven, one]);
  expect(exitCode).toBe(8);
  expect(stdout).toMatch(/\nRegression: Tier 0 lost 6 answers and won 0, more than chance \(p = 0\.031\)\.\n$/);
});

test('what three repeats of a case lose is something on questions of these kinds, and no regression: of other kinds it says as much as one case', async () => {
  // Six of 30 answers, in two cases.
  const four = await logOf('four', knowsFirst(4), { repeats: '3' });
  const two = await logOf('two', knowsFirst(2), { repeats: '3' });
  const { exitCode, stdout } = await compared([four, two]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    'The difference is more than chance over all 10 cases together, on questions of these kinds (McNemar over 30 questions, p = 0.031).\n' +
      'No difference is shown on questions of other kinds (McNemar by case, p = 0.500).\n',
  );
  expect(JSON.parse((await compared([four, two], {}, true)).stdout)).toMatchObject({ p: 0.5, pOfThese: 0.03125 });
  // Both have questions that the other has not: 6 and 3 of 30, in two cases and one.
  const [last = ''] = [...firstCases(0, 10)].slice(-1);
  const other = await logOf('other', (tier, id) => tier > 0 || firstCases(0, 2).has(id) || id === last, { repeats: '3' });
  const { p, pOfThese } = JSON.parse((await compared([four, other], {}, true)).stdout);
  expect([p, pOfThese]).toEqual([1, expect.closeTo(0.508, 3)]);
});

test('several tiers are several chances to be wrong: each is held to its part of 5 %', async () => {
  await bench.setNative(1);
  const knows =
    (zero: number): Knows =>
    (tier, id) =>
      tier === 0 ? firstCases(0, zero).has(id) : firstCases(1, 5).has(id);
  const options = { all: true, tier: '1' };
  const seven = await logOf('seven', knows(7), options);
  const one = await logOf('one', knows(1), options);
  const none = await logOf('none', knows(0), options);
  expect((await compared([seven, one])).exitCode).toBe(0); // 6 : 0, p = 0.031 of two tiers
  expect((await compared([seven, none])).exitCode).toBe(8); // 7 : 0, p = 0.016
});

test('answers that are missing are no answers that are wrong: exit 9, unless they cannot change it', async () => {
  const before = await logOf('before', knowsAll);
  const without = async (name: string, lost: readonly string[]): Promise<string> => {
    const lines = (await readFile(before, 'utf8')).split('\n');
    const path = join(bench.home, `${name}.jsonl`);
    const kept = lines.map((line) =>
      lost.some((id) => line.includes(`"caseId":"${id}"`)) ? line.replace('"status":"pass"', '"status":"error"') : line,
    );
    await writeFile(path, kept.join('\n'));
    return path;
  };
  const ids = casesOf(0).map(({ id }) => id);
  const { exitCode, stdout } = await compared([before, await without('three', ids.slice(0, 3))]);
  expect(exitCode).toBe(9);
  expect(stdout).toMatch(
    /\nUndecided: whether Tier 0 fell cannot be told \(10\/10, now 7\/10\), only 7 of 10 questions have an answer in both runs\.\n$/,
  );
  expect((await compared([before, await without('two', ids.slice(0, 2))])).exitCode).toBe(0);
  // A tier that was not reached was not held.
  await bench.setNative(1);
  const both = await logOf('both', knowsAll);
  expect((await compared([both, before])).exitCode).toBe(9);
  expect((await compared([before, both])).exitCode).toBe(0);
}, 60_000);

test('a run of one repeat is held against one of three by the questions both were to answer, an early end by --fast against a whole run', async () => {
  const three = await logOf('three', knowsAll, { repeats: '3' });
  const one = await logOf('one', knowsFirst(7));
  expect((await compared([three, one])).exitCode).toBe(8);
  const early = await logOf('early', (tier, id) => tier > 0 || !firstCases(0, 3).has(id), { fast: true });
  const whole = await logOf('whole', knowsAll);
  const { exitCode, stdout } = await compared([whole, early]);
  expect([exitCode, stdout]).toEqual([8, expect.stringContaining('(10/10, now 0/10)')]);
  const fast = await logOf('fast', knowsAll, { fast: true });
  expect((await compared([fast, await logOf('seven', knowsFirst(7))])).exitCode).toBe(8);
});

test("a user's own suite is a step of its own, by its name; another suite is refused", async () => {
  const path = dataPath('suites', 'example.json');
  const suite = readSuite(path);
  const ask = async (name: string, knows: (tier: Tier, id: string) => boolean): Promise<string> => {
    await bench.run({ options: { suite: path, fresh: true } }, () => knowingSession({ suite, knows }));
    const log = join(bench.home, `${name}.jsonl`);
    await copyFile((await bench.logPaths()).at(-1) ?? '', log);
    return log;
  };
  const right = await ask('right', knowsAll);
  const wrong = await ask('wrong', (_, id) => id !== 'sum' && id !== 'note');
  const { exitCode, stdout } = await compared([right, wrong]);
  expect(exitCode).toBe(8);
  expect(stdout).toContain(`Regression: example 1.0.0 (${suite.hash}) was passed and is not passed any more (5/5, now 3/5).`);
  const tiers = await logOf('tiers', knowsAll);
  await expect(compared([tiers, wrong])).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('different suites') });
});

test('a gate that cannot say anything is wrong use, never an open gate', async () => {
  const log = await logOf('log', knowsAll);
  const other = await logOf('other', knowsAll, { seed: '5' });
  const usage = { code: 'USAGE' };
  await expect(compared([log, log], { 'fail-on': 'regression' })).rejects.toMatchObject(usage);
  await expect(compared([log])).rejects.toMatchObject(usage);
  await expect(compared([log, log], { baseline: log, 'fail-on': 'regress' })).rejects.toMatchObject(usage);
  await expect(compared([], { baseline: log, 'fail-on': 'regress' })).rejects.toMatchObject(usage);
  await expect(compared([log, other])).rejects.toMatchObject({ ...usage, message: expect.stringContaining('different seeds') });
  await expect(compared(['script'], { baseline: join(bench.home, 'gone') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  for (const operands of [[], ['script'], ['rescore', log], ['report']])
    await expect(
      bench.run({ operands, options: { 'fail-on': 'regress' } }, () => knowingSession({ knows: knowsAll })),
    ).rejects.toMatchObject({ ...usage, message: expect.stringMatching(/has no flag --fail-on; luci test compare has\./) });
});
