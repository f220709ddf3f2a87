import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sleep, stopError } from '../../src/base/abort.ts';
import type { Tier } from '../../src/base/model.ts';
import { dataPath } from '../../src/base/parts.ts';
import { installedTable } from '../../src/cli/show/installed-rows.ts';
import type { Session } from '../../src/engine/engine.ts';
import { fence } from '../../src/tiers/case.ts';
import { readSuite } from '../../src/tiers/own/load-suite.ts';
import type { CaseResult } from '../../src/tiers/result.ts';
import { readRunLog } from '../../src/tiers/run-log.ts';
import { casesOf, instanceOf } from '../../src/tiers/suite.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { pyodidePackage } from '../fixtures/python-part.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';
import { recordedTerminal } from '../fixtures/terminal.ts';
import { firstCases, knowsAll, openTestBench, type TestBench } from '../fixtures/test-bench.ts';

/** The whole of `luci test` with everything real but the model: store, catalogue, tools, sandboxes, graders, logs, screen. */

let bench: TestBench;
beforeEach(async () => {
  bench = await openTestBench();
});
afterEach(() => bench[Symbol.asyncDispose]());

const run: TestBench['run'] = (args, open) => bench.run(args, open);

/** The only thing on the screen that differs from run to run. */
const withoutSpeed = (stdout: string): string => stdout.replace(/ +([\d.]+\/s|speed)/g, '  speed');

test('a perfect model: tier 0 passed, 10 of 10, exit 0', async () => {
  const { stdout, exitCode } = await run({}, () => knowingSession({ knows: knowsAll }));
  expect(withoutSpeed(stdout)).toBe(`
Testing script (Tier 0, F16, embedded engine)
Tier 0: ✅ PASS (10/10) 100.0%
        95 % interval 72-100, 1 repeat; --repeats 3 to confirm

model   native  tier 0  speed  verdict
script  0       10/10  speed  holds tier 0
`);
  expect(exitCode).toBe(0);
});

test('a model that echoes: 0 of 10, the failed cases named, exit 8', async () => {
  const { stdout, stderr, exitCode } = await run({}, () => knowingSession({ knows: () => false }));
  expect(stderr).toMatch(/\n1 of 10 {2}✗ copy \(the text differs\) {2}\d\.\d s\n/);
  expect(stderr).toMatch(/\nReport: luci test report {3}Why: luci test show script copy\n$/);
  expect(stdout).toContain(
    'Tier 0: ✗ FAIL (0/10) 0.0%\n        95 % interval 0-28, 1 repeat\n        failed: copy, arith, extract, yesno, pick, json, make, rename, list, info\n',
  );
  expect(stdout).toContain('does not hold tier 0');
  expect(exitCode).toBe(8);
});

test('a native tier 2 model climbs 0, 1, 2 and shows tier 3 as a diagnosis', async () => {
  await bench.setNative(2);
  const knows = (tier: Tier, id: string): boolean => tier < 3 || firstCases(3, 4).has(id);
  const { stdout, exitCode } = await run({ options: { tier: '3' } }, () => knowingSession({ knows }));
  const heads = stdout.split('\n').filter((line) => line.startsWith('Tier '));
  expect(heads).toEqual([
    'Tier 0: ✅ PASS (10/10) 100.0%',
    'Tier 1: ✅ PASS (9/9) 100.0%',
    'Tier 2: ✅ PASS (10/10) 100.0%',
    'Tier 3: ✗ (4/10) 40.0% (diagnostic)',
  ]);
  expect(stdout).toMatch(/script {2}2 .*4\/10 \(d\) .*holds tier 2/);
  expect(exitCode).toBe(0);
}, 120_000);

test.each([
  [0, 8, 'PASS (8/10) 80.0%', 0],
  [0, 7, 'FAIL (7/10) 70.0%', 8],
  [1, 8, 'PASS (8/9) 88.9%', 0],
  [1, 7, 'FAIL (7/9) 77.8%', 8],
] as const)('tier %i with %i right: %s, exit %i', async (tier, right, line, exit) => {
  await bench.setNative(tier);
  const known = firstCases(tier, right);
  const { stdout, exitCode } = await run({}, () => knowingSession({ knows: (of, id) => of < tier || known.has(id) }));
  expect(stdout).toContain(line);
  expect(exitCode).toBe(exit);
});

test('an engine that fails is an error, never a fail: the tier is incomplete, exit 9', async () => {
  const session = (): Session => {
    const knowing = knowingSession({ knows: knowsAll });
    let count = 0;
    return {
      ...knowing,
      generate(request, signal) {
        count += 1;
        if (count > 4) throw new Error('the engine is gone');
        return knowing.generate(request, signal);
      },
    };
  };
  const { stdout, exitCode } = await run({}, session);
  expect(stdout).toContain('Tier 0: • INCOMPLETE, 7 errors (3 right of 3 answers, 10 asked)\n');
  expect(stdout).not.toContain('failed:');
  expect(stdout).toContain('no answer: yesno, pick, json, make, rename, list, info\n');
  expect(exitCode).toBe(9);
});

test('three repeats of everything right are confirmed, and repeats are new variants', async () => {
  const { stdout } = await run({ options: { repeats: '3' } }, () => knowingSession({ knows: knowsAll, repeats: 3 }));
  expect(stdout).toMatch(/Tier 0: ✅ PASS \(30\/30\) 100\.0%\n +95 % interval 89-100, 3 repeats of 10 cases, confirmed/);
});

test('--fast ends a tier early and with the same verdict', async () => {
  const slow = await run({}, () => knowingSession({ knows: () => false }));
  const fast = await run({ options: { fast: true, fresh: true } }, () => knowingSession({ knows: () => false }));
  expect(slow.exitCode).toBe(8);
  expect(fast.exitCode).toBe(8);
  expect(fast.stdout).toContain('FAIL (0/3)');
});

test("--fast with repeats may end by Wald's test: marked sequential, never confirmed", async () => {
  const options = { fast: true, repeats: '3' };
  const { stdout, exitCode } = await run({ options }, () => knowingSession({ knows: knowsAll, repeats: 3 }));
  expect(stdout).toMatch(/Tier 0: ✅ PASS \(12\/12\) 100\.0%\n +95 % interval 76-100, 3 repeats of 10 cases, sequential\n/);
  expect(exitCode).toBe(0);
  expect((await bench.luci.list())[0]?.proven).toMatchObject({ tier: 0, confirmed: false });
  const [certificate] = (await run({ operands: ['certify', 'script'] }, () => knowingSession({ knows: knowsAll }))).stdout.split('\n');
  expect(JSON.parse(await readFile(certificate ?? '', 'utf8'))).toMatchObject({ verdict: 'pass', sequential: true, confirmed: false });
});

/** A session that computes two at once, and notes how many it ever did. The sixth question is answered after those that came behind it. */
function twoAtOnce(knows: (tier: Tier, id: string) => boolean) {
  const knowing = knowingSession({ knows, repeats: 3 });
  const noted = { most: 0, asked: 0, threads: new Set<number | undefined>() };
  let underway = 0;
  const session: Session = {
    ...knowing,
    facts: { ...knowing.facts, repeatableAtOnce: 2 },
    async *generate(request, signal) {
      underway += 1;
      noted.asked += 1;
      noted.most = Math.max(noted.most, underway);
      if (noted.asked > 1) noted.threads.add(request.threads); // The first is the warm-up.
      try {
        await sleep(noted.asked === 7 ? 60 : 5, signal);
        yield* knowing.generate(request, signal);
      } finally {
        underway -= 1;
      }
    },
  };
  return { session, noted };
}

const answersOf = async (path: string): Promise<unknown[]> =>
  (readRunLog(path)?.answers ?? []).map(({ key, status, turns }) => ({ key, status, turns })).sort((a, b) => (a.key < b.key ? -1 : 1));

test('where the engine computes two questions at once they are asked so, each by one thread, with the same result', async () => {
  const knows = (tier: Tier, id: string): boolean => tier === 0 && firstCases(0, 8).has(id);
  const two = twoAtOnce(knows);
  const both = await run({ options: { tier: '1', repeats: '2' } }, () => two.session);
  const one = twoAtOnce(knows);
  const alone = await run({ options: { tier: '1', repeats: '2', parallel: '1', fresh: true } }, () => one.session);
  expect([two.noted.most, one.noted.most]).toEqual([2, 1]);
  expect([...two.noted.threads, ...one.noted.threads]).toEqual([1, 1]);
  expect(withoutSpeed(both.stdout)).toBe(withoutSpeed(alone.stdout));
  const [first = '', second = ''] = await bench.logPaths();
  expect(await answersOf(first)).toEqual(await answersOf(second));
}, 60_000);

test('--fast says the same however many are asked at once, and counts the same answers', async () => {
  const knows = (tier: Tier, id: string): boolean => tier === 0 && firstCases(0, 3).has(id);
  const both = await run({ options: { fast: true, parallel: '4' } }, () => twoAtOnce(knows).session);
  const alone = await run({ options: { fast: true, parallel: '1', fresh: true } }, () => twoAtOnce(knows).session);
  expect(both.stdout).toContain('FAIL (3/6)');
  expect(withoutSpeed(both.stdout)).toBe(withoutSpeed(alone.stdout));
  const [first = '', second = ''] = await bench.logPaths();
  expect(await answersOf(first)).toEqual(await answersOf(second));
  const begun: string[] = [];
  await bench.test(() => twoAtOnce(knows).session, {
    fast: true,
    fresh: true,
    parallel: 4,
    onEvent: (event) => event.type === 'case-start' && begun.push(event.caseId),
  });
  expect(begun.slice(0, 6)).toEqual([...firstCases(0, 6)]);
});

test('a run that is stopped while two questions are under way ends with the stop', async () => {
  const { session } = twoAtOnce(knowsAll);
  const stopped = new AbortController();
  let cases = 0;
  const asked = bench.test(() => session, {
    signal: stopped.signal,
    onEvent: ({ type }) => {
      if (type === 'case' && ++cases === 3) stopped.abort(stopError('CANCELLED'));
    },
  });
  await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
  const [path = ''] = await bench.logPaths();
  // One more may have been graded in the same moment.
  expect([3, 4]).toContain(readRunLog(path)?.answers.length);
});

test('a model that thinks gets tokens for it; what thinks beyond them is an error of the budget, counted apart', async () => {
  const limits: (number | undefined)[] = [];
  const session = (): Session => {
    const knowing = knowingSession({ knows: knowsAll });
    return {
      ...knowing,
      async *generate(request, signal) {
        limits.push(request.maxTokens);
        yield { type: 'thinking', text: 'Let me see.' };
        const isEndless = request.messages.at(-1)?.content.startsWith('Reply with exactly');
        for await (const event of knowing.generate(request, signal)) {
          if (!isEndless) yield event;
          else if (event.type === 'end') yield { ...event, reason: 'length' };
        }
      },
    };
  };
  const { stdout, exitCode } = await run({}, session);
  expect(stdout).toContain('Tier 0: ✅ PASS (9/9) 100.0%\n        95 % interval 70-100, 1 repeat, 1 beyond the thinking budget');
  expect(exitCode).toBe(0);
  expect(limits.slice(0, 3)).toEqual([32, 60 + 512, 240 + 512]);
  // Through the grammar of tools nothing can be thought.
  expect(limits.at(-1)).toBe(200);
});

test('a reply that takes far too long is an error and not a failure, and the next one is asked', async () => {
  const hung = new AbortController();
  const session = (): Session => {
    const knowing = knowingSession({ knows: knowsAll });
    return {
      ...knowing,
      async *generate(request, signal) {
        if (request.messages.at(-1)?.content.startsWith('Reply with exactly')) {
          // As an engine that hangs: it ends only when it is told to.
          await new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason));
            hung.abort();
          });
        }
        yield* knowing.generate(request, signal);
      },
    };
  };
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    hung.signal.addEventListener('abort', () => vi.advanceTimersByTime(59_000));
    hung.signal.addEventListener('abort', () => setImmediate(() => vi.advanceTimersByTime(2000)));
    const { stdout } = await run({ options: { case: ['t0-copy', 't0-arith'] } }, session);
    expect(stdout).toContain('Tier 0, 2 of 10 cases: • INCOMPLETE, 1 error (1 right of 1 answer, 2 asked)');
  } finally {
    vi.useRealTimers();
  }
  const [answer] = (await bench.luci.tests.newest('script')).answers;
  expect(answer).toMatchObject({ caseId: 't0-copy', status: 'error', reason: 'There was no answer after 1 min.' });
});

test('a test that may take more than half an hour is asked about first; a limit of its own answers the question', async () => {
  const slow = (): Session => {
    const knowing = knowingSession({ knows: knowsAll });
    return {
      ...knowing,
      async *generate(request, signal) {
        for await (const event of knowing.generate(request, signal))
          yield event.type === 'end' ? { ...event, usage: { ...event.usage, generatedTokensPerSecond: 0.2 } } : event;
      },
    };
  };
  await expect(run({}, slow)).rejects.toMatchObject({
    code: 'NOT_CONFIRMED',
    message: expect.stringMatching(/^Testing script takes about 1 h/),
  });
  expect((await run({ options: { 'max-minutes': '20' } }, slow)).exitCode).toBe(0);
  expect((await run({ yes: true, options: { fresh: true } }, slow)).exitCode).toBe(0);
  const asked: string[] = [];
  const refused = bench.test(slow, {
    fresh: true,
    confirm: async (model) => {
      asked.push(model);
      return false;
    },
  });
  await expect(refused).rejects.toMatchObject({ code: 'NOT_CONFIRMED', message: 'Nothing was tested.' });
  expect(asked).toEqual(['script']);
});

test('a model that is much better with seed 0 than with another has perhaps seen the questions', async () => {
  const compare = (): ReturnType<typeof run> => run({ operands: ['compare', 'script'] }, () => knowingSession({ knows: knowsAll }));
  await run({}, () => knowingSession({ knows: knowsAll }));
  await expect(compare()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await run({ options: { seed: '77' } }, () => knowingSession({ seed: '77', knows: (_, id) => firstCases(0, 4).has(id) }));
  expect((await compare()).stdout).toBe(
    'script, seed 0  10/10\nscript, seed 77  4/10\nIt does better with seed 0 than chance explains (Fisher, p = 0.005): it may have seen these questions.\n',
  );
  await run({ options: { seed: '78' } }, () => knowingSession({ seed: '78', knows: (_, id) => id !== 't0-json' }));
  expect((await compare()).stdout).toMatch(/seed 78 {2}9\/10\nNothing shows that it has seen the questions of seed 0/);
});

test('a disabled model is skipped', async () => {
  await bench.luci.store.setEnabled(['script'], false);
  await expect(run({}, () => knowingSession({ knows: knowsAll }))).rejects.toMatchObject({ code: 'MODEL_DISABLED' });
});

test('a file that is no model is passed over and told, and where there is no other it is what the error is about', async () => {
  await writeFile(join(bench.home, 'models', 'cut.gguf'), tinyGguf().subarray(0, 1000));
  const { stderr, exitCode } = await run({}, () => knowingSession({ knows: knowsAll }));
  expect(stderr).toMatch(/\ncut is passed over, it cannot be used: \S/);
  expect(exitCode).toBe(0);
  await rm(join(bench.home, 'models', 'script.gguf'));
  const told: string[] = [];
  const nothing = bench.test(() => knowingSession({ knows: knowsAll }), { onEvent: ({ type }) => told.push(type) });
  // Nothing is announced where nothing can be tested.
  await expect(nothing.finally(() => expect(told).toEqual([]))).rejects.toMatchObject({
    code: 'GGUF_BROKEN',
    message: expect.stringMatching(/^cut cannot be used\. /),
    hint: 'luci remove cut',
  });
});

test('what is proven stands in the list, for these bytes only', async () => {
  await run({}, () => knowingSession({ knows: knowsAll }));
  expect((await bench.luci.list())[0]).toMatchObject({
    name: 'script',
    proven: { tier: 0, confirmed: false, tokensPerSecond: expect.any(Number) },
  });
  await writeFile(join(bench.home, 'models', 'script.gguf'), Buffer.concat([tinyGguf(), Buffer.from('x')]));
  await bench.luci.verify('script');
  expect((await bench.luci.list())[0]?.proven).toBeUndefined();
});

test('where tier 0 is not held the list says how many of its answers were right', async () => {
  await run({}, () => knowingSession({ knows: (_, id) => firstCases(0, 7).has(id) }));
  const models = await bench.luci.list();
  expect(models[0]?.proven).toMatchObject({ tier: -1, missed: { tier: 0, passed: 7, asked: 10 } });
  expect(installedTable(models, recordedTerminal())).toMatch(/^ *\S* *script +0 +tier 0 7\/10 /m);
  await run({ options: { fresh: true } }, () => knowingSession({ knows: knowsAll }));
  expect((await bench.luci.list())[0]?.proven?.missed).toBeUndefined();
});

test('a run that was cut off anywhere goes on, and ends as the uninterrupted one', async () => {
  const knows = (tier: Tier, id: string): boolean => tier > 0 || firstCases(0, 9).has(id);
  const whole = await run({}, () => knowingSession({ knows }));
  const [path = ''] = await bench.logPaths();
  const text = await readFile(path, 'utf8');
  // 20 places, in the middle of lines too; the last is the line that says it ended.
  const end = text.lastIndexOf('{"type":"end"');
  const start = text.indexOf('\n') + 1;
  for (let cut = 0; cut < 20; cut += 1) {
    await writeFile(path, text);
    await truncate(path, Math.floor(start + ((end - start) * cut) / 19));
    const again = await run({}, () => knowingSession({ knows }));
    expect(withoutSpeed(again.stdout), `cut ${cut}`).toBe(withoutSpeed(whole.stdout));
    expect(await bench.logPaths()).toEqual([path]);
  }
}, 120_000);

test("a user's own suite: the same runner, log and exit status under its own name; no tier is proven by it", async () => {
  const path = dataPath('suites', 'example.json');
  const suite = readSuite(path);
  const knows = (_: Tier, id: string): boolean => id !== 'sum';
  const own = { options: { suite: path, repeats: '3' } };
  const { stdout, exitCode } = await run(own, () => knowingSession({ suite, repeats: 3, knows }));
  // Cases with fewer variants than repeats are asked as often as there are different ones.
  expect(withoutSpeed(stdout)).toBe(`
Testing script (Tier 0, F16, embedded engine) with example 1.0.0 (${suite.hash})
example 1.0.0 (${suite.hash}): ✗ FAIL (6/9) 66.7%
        95 % interval 24-93, 3 repeats of 5 cases
        failed: sum

model   native  suite  speed  verdict
script  0       6/9  speed  does not pass
`);
  expect(exitCode).toBe(8);
  const right = await run(own, () => knowingSession({ suite, repeats: 3, knows: knowsAll }));
  expect(right.stdout).toContain('PASS (9/9) 100.0%');
  expect(right.exitCode).toBe(0);
  expect((await bench.luci.list())[0]?.proven).toBeUndefined();
  const log = (await bench.luci.tests.newest('script')).run;
  expect([log.suite, log.suiteHash]).toEqual(['example 1.0.0', suite.hash]);
  expect((await run({ operands: ['rescore', 'script'], options: { suite: path } }, () => knowingSession({ knows: knowsAll }))).stdout).toBe(
    '',
  );
  await expect(run({ operands: ['rescore', 'script'] }, () => knowingSession({ knows: knowsAll }))).rejects.toMatchObject({
    code: 'USAGE',
  });
  await expect(run({ options: { suite: path, tier: '1' } }, () => knowingSession({ knows: knowsAll }))).rejects.toMatchObject({
    code: 'USAGE',
  });
});

test('a suite whose own answers are wrong is not put to any model', async () => {
  const path = join(bench.home, 'wrong.json');
  await writeFile(
    path,
    (await readFile(dataPath('suites', 'example.json'), 'utf8')).replace('"value": "{order.sum}"', '"value": "{order.near}"'),
  );
  const session = knowingSession({ knows: knowsAll });
  await expect(run({ options: { suite: path } }, () => session)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/^example, case sum: the right answer fails: got \d+, wanted \d+/),
  });
  expect(session.requests).toEqual([]);
  const lint = await run({ operands: ['lint', path] }, () => session);
  expect(lint.exitCode).toBe(8);
  expect(lint.stdout).toMatch(/✗ sum +8 of 9 instances\n {2}the right answer fails: got 23, wanted 24/);
  expect(lint.stdout).toMatch(/example 1\.0\.0 \(\w{6}\): 5 cases, 1 not sound\n$/);
  expect((await run({ operands: ['lint', dataPath('suites', 'example.json')] }, () => session)).exitCode).toBe(0);
});

test('code that hangs, eats memory or lies fails its own case and changes no other', async () => {
  await bench.setNative(2);
  const lie = 'JSON.stringify = () => "[[]]"; Object.prototype.toJSON = Array.prototype.toJSON = () => []; Array.prototype.map = () => [];';
  const attacks: Readonly<
    Record<string, { readonly reply: (name: string) => string; readonly reason: RegExp; readonly evidence: RegExp }>
  > = {
    't1-code': { reply: (name) => fence('js', `function ${name}() { for (;;); }`), reason: /does not work/, evidence: /too long/ },
    't2-edge': {
      reply: (name) => fence('js', `function ${name}() { const a = []; for (;;) a.push(new Array(1000).fill(1)); }`),
      reason: /does not work/,
      evidence: /memory/,
    },
    't2-bugfix': {
      reply: (name) => fence('js', `${lie} function ${name}() { return []; }`),
      reason: /a hidden test fails/,
      evidence: /wanted \{/,
    },
    't2-sql': {
      reply: () => fence('sql', 'with recursive n(x) as (select 1 union all select x + 1 from n) select count(*), 1 from n'),
      reason: /does not work/,
      evidence: /too long/,
    },
  };
  const replies = new Map(
    ([1, 2] as const).flatMap((tier) =>
      casesOf(tier).flatMap((definition) => {
        const [turn] = instanceOf(definition, '0', 0).turns;
        const name = turn?.verify?.kind === 'code' ? turn.verify.functionName : '';
        const attack = attacks[definition.id];
        return attack && turn ? [[turn.user, attack.reply(name)] as const] : [];
      }),
    ),
  );
  const attacking = (): Session => {
    const knowing = knowingSession({ knows: knowsAll });
    return {
      ...knowing,
      async *generate(request, signal) {
        const reply = replies.get(request.messages.at(-1)?.content ?? '');
        for await (const event of knowing.generate(request, signal))
          if (reply === undefined || event.type !== 'text') yield event;
          else yield { type: 'text', text: reply };
      },
    };
  };
  const answersOf = async (): Promise<readonly CaseResult[]> => (await bench.luci.tests.newest('script')).answers;
  const kept = ({ caseId, status, reason, evidence, loosePass, turns }: CaseResult): object => ({
    ...{ caseId, status, reason, evidence, loosePass, turns },
  });
  await run({}, () => knowingSession({ knows: knowsAll }));
  const clean = (await answersOf()).map(kept);
  const attacked = await run({ options: { fresh: true } }, attacking);
  expect(attacked.exitCode).toBe(8);
  expect(attacked.stdout).toContain('Tier 2: ✗ FAIL (7/10) 70.0%');
  const answers = await answersOf();
  expect(answers).toHaveLength(29);
  for (const [index, answer] of answers.entries()) {
    const attack = attacks[answer.caseId];
    if (!attack) expect(kept(answer)).toEqual(clean[index]);
    else
      expect(answer).toMatchObject({
        status: 'fail',
        reason: expect.stringMatching(attack.reason),
        evidence: expect.stringMatching(attack.evidence),
      });
  }
}, 120_000);

test('answers are shown with the reason, as a page and as JUnit', async () => {
  await run({ options: { report: join(bench.home, 'r.html'), junit: join(bench.home, 'j.xml') } }, () =>
    knowingSession({ knows: (_, id) => id !== 't0-json' }),
  );
  const one = await run({ operands: ['show', 'script', 'json'] }, () => knowingSession({ knows: knowsAll }));
  expect(one.stdout).toMatch(/t0-json, variant 0: fail: the values differ[\s\S]*asked:[\s\S]*answered:/);
  const html = await readFile(join(bench.home, 'r.html'), 'utf8');
  expect(html).toContain('<h1>What script can do</h1>');
  expect(html).not.toMatch(/https?:\/\//);
  const junit = await readFile(join(bench.home, 'j.xml'), 'utf8');
  expect(junit).toContain('<testsuite name="script tier 0" tests="10" failures="1" errors="0"');
});

test('a report is made from the logs at any time: of all, of those named, of one that is gone; beside the logs where no file is named', async () => {
  const report = (...operands: string[]) => run({ operands: ['report', ...operands] }, () => knowingSession({ knows: knowsAll }));
  await expect(report()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await writeFile(join(bench.home, 'models', 'other.gguf'), Buffer.concat([tinyGguf(), Buffer.from('other')]));
  await run({ operands: ['script'] }, () => knowingSession({ knows: knowsAll }));
  await run({ operands: ['other'] }, () => knowingSession({ knows: (_, id) => firstCases(0, 3).has(id) }));
  const path = join(bench.home, 'logs', 'test', 'report.html');
  expect((await report()).stdout).toBe(`${path}  2 models\n`);
  const both = await readFile(path, 'utf8');
  expect(both).toContain('<h1>What 2 models can do</h1>');
  expect(both).toContain('class="chart speed-chart"');
  expect(both).not.toContain(bench.home);
  await bench.luci.store.remove('other');
  expect((await report('other')).stdout).toBe(`${path}  1 model\n`);
  expect(await readFile(path, 'utf8')).toContain('<h1>What other can do</h1>');
  await expect(report('lama')).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
  const own = join(bench.home, 'own', 'page.html');
  const options = { report: own, junit: join(bench.home, 'own', 'tests.xml') };
  expect((await run({ operands: ['report'], options }, () => knowingSession({ knows: knowsAll }))).stdout).toContain(own);
  expect(await readFile(own, 'utf8')).toBe(both);
  expect(await readFile(options.junit, 'utf8')).toContain('<testsuite name="other tier 0" tests="10" failures="7"');
});

test('two runs are compared pair by pair, rescored, certified, and a changed certificate is found out', async () => {
  await writeFile(join(bench.home, 'models', 'other.gguf'), Buffer.concat([tinyGguf(), Buffer.from('other')]));
  await run({ operands: ['script'] }, () => knowingSession({ knows: knowsAll }));
  await run({ operands: ['other'] }, () => knowingSession({ knows: (_, id) => firstCases(0, 3).has(id) }));
  const compared = await run({ operands: ['compare', 'script', 'other'] }, () => knowingSession({ knows: knowsAll }));
  expect(compared.stdout).toContain('script  10/10');
  expect(compared.stdout).toContain('other  3/10');
  expect(compared.stdout).toContain('The difference is more than chance over all 10 cases together (McNemar, p = 0.016)');
  expect((await run({ operands: ['rescore', 'other'] }, () => knowingSession({ knows: knowsAll }))).stdout).toBe('');
  const certified = await run({ operands: ['certify', 'script'] }, () => knowingSession({ knows: knowsAll }));
  const path = certified.stdout.trim();
  expect((await run({ operands: ['verify', path] }, () => knowingSession({ knows: knowsAll }))).stdout).toMatch(
    /✓ signed with the key of this machine\nkey .*\nscript .*: tier 0 passed \(10\/10\)/,
  );
  const text = await readFile(path, 'utf8');
  for (const changed of [
    text.replace('"seed": "0"', '"seed": "1"'),
    text.replace('"t0-arith#0": "pass"', '"t0-arith#0": "fail"'),
    text.replace('"model": "script"', '"model": "better"'),
  ]) {
    expect(changed).not.toBe(text);
    await writeFile(path, changed);
    await expect(run({ operands: ['verify', path] }, () => knowingSession({ knows: knowsAll }))).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
    });
  }
});

test('one passed case, or a shard, is no certificate of a tier', async () => {
  const parts: readonly Readonly<Record<string, string | string[]>>[] = [{ case: ['t0-copy'] }, { shard: '1/2' }];
  for (const options of parts) {
    await run({ operands: ['script'], options: { ...options, fresh: true } }, () => knowingSession({ knows: knowsAll }));
    await expect(run({ operands: ['certify', 'script'] }, () => knowingSession({ knows: knowsAll }))).rejects.toMatchObject({
      code: 'TESTS_INCOMPLETE',
      hint: 'luci test script',
    });
  }
  await expect(
    run({ operands: ['verify', join(bench.home, 'none.json')] }, () => knowingSession({ knows: knowsAll })),
  ).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('shards are merged into one run, and only of the same model', async () => {
  for (const shard of ['1/2', '2/2']) {
    await run({ options: { shard, fresh: true } }, () => knowingSession({ knows: knowsAll }));
  }
  const paths = await bench.logPaths();
  expect(paths).toHaveLength(2);
  const merged = await run({ operands: ['merge', ...paths] }, () => knowingSession({ knows: knowsAll }));
  expect(merged.stdout).toContain('10 answers');
  expect((await bench.luci.list())[0]?.proven).toBeUndefined();
});

test('a model is chosen by what it has proven, the smallest first', async () => {
  await expect(bench.luci.models.choose(undefined, { tier: 0 })).rejects.toMatchObject({ code: 'MODEL_NOT_INSTALLED' });
  await run({}, () => knowingSession({ knows: (_, id) => !id.includes('json') }));
  expect(await bench.luci.models.choose(undefined, { tier: 0 })).toMatchObject({ name: 'script' });
  expect(await bench.luci.models.choose(undefined, { ability: 'tools' })).toMatchObject({ name: 'script' });
  await expect(bench.luci.models.choose(undefined, { ability: 'json' })).rejects.toMatchObject({ code: 'MODEL_NOT_INSTALLED' });
});

test('code is asked for in Python where it was added, in JavaScript where that is said, and such runs are never mixed', async () => {
  const code = { case: ['t1-code', 't0-json'], tier: '1' };
  const all = () => knowingSession({ knows: knowsAll });
  await expect(run({ options: { ...code, language: 'python' } }, all)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    hint: 'luci runtime add python',
  });
  await bench.luci.runtimes.addPython({ path: pyodidePackage });
  await run({ options: code }, all);
  await run({ options: { ...code, language: 'javascript' } }, all);
  const found = await bench.logPaths();
  const runs = found.map((path) => readRunLog(path)).filter((log) => log !== undefined);
  const [snake, script] = (['python', 'javascript'] as const).map((language) => runs.find((log) => log.run.language === language));
  if (!snake || !script) throw new Error('a log is missing');
  expect(snake.run.sandboxes).toEqual({ javascript: true, sql: true, python: true });
  expect(script.run.sandboxes).toEqual({ javascript: true, sql: true });
  expect(snake.answers.map(({ caseId, status }) => [caseId, status])).toEqual([
    ['t0-json', 'pass'],
    ['t1-code', 'pass'],
  ]);
  expect(snake.answers[1]?.turns[0]?.user).toContain('Write a Python function');
  expect(script.answers[1]?.turns[0]?.user).toContain('Write a JavaScript function');
  expect(snake.answers.map(({ key }) => key)).not.toEqual(script.answers.map(({ key }) => key));

  const compared = await run({ operands: ['compare', snake.path, script.path] }, all);
  expect(compared.stdout).toContain('1/1'); // t0-json; t1-code is another question in the other language.
  await expect(run({ operands: ['merge', snake.path, script.path] }, all)).rejects.toMatchObject({ code: 'USAGE' });
  expect((await run({ operands: ['rescore', snake.path] }, all)).stdout).toBe('');
  await expect(run({ options: { language: 'ruby' } }, all)).rejects.toMatchObject({ code: 'USAGE' });
}, 240_000);

test('a Python that was changed on the disk grades nothing', async () => {
  const { path } = await bench.luci.runtimes.addPython({ path: pyodidePackage });
  await writeFile(join(path, 'pyodide.mjs'), 'export const loadPyodide = 5;');
  await expect(run({}, () => knowingSession({ knows: knowsAll }))).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
});
