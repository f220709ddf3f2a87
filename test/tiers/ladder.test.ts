import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commands } from '../../src/cli/command-table.ts';
import { createShow } from '../../src/cli/show/show.ts';
import type { Terminal } from '../../src/cli/show/terminal.ts';
import { resolveSettings } from '../../src/config/resolve-settings.ts';
import type { Session } from '../../src/engine/engine.ts';
import { createLuci, type Luci } from '../../src/luci.ts';
import { type TestOptions, testModels } from '../../src/testing.ts';
import { casesOf, type TierNumber } from '../../src/tiers/suite.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { knowingSession } from '../fixtures/scripted-model.ts';

/** The whole of `luci test` with everything real but the model: store, catalogue, tools, sandboxes, graders, logs, screen. */

let home: string;
let luci: Luci;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'luci ladder '));
  await mkdir(join(home, 'models'));
  await writeFile(join(home, 'models', 'script.gguf'), tinyGguf());
  await setNative(0);
});
afterEach(async () => {
  await luci[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

/** The model's entry in the user's own catalogue says which tier is its own. */
async function setNative(tier: TierNumber): Promise<void> {
  const entry = {
    name: 'script',
    aliases: [],
    parametersB: 1,
    tier,
    license: 'MIT',
    quantization: 'F16',
    repo: 'owner/script',
    file: 'script.gguf',
  };
  await writeFile(join(home, 'catalog.json'), JSON.stringify([entry]));
  luci = createLuci(resolveSettings({ home, offline: true }, {}));
}

/** The only thing on the screen that differs from run to run. */
const withoutSpeed = (stdout: string): string => stdout.replace(/ +([\d.]+\/s|speed)/g, '  speed');

const knowsAll = (): boolean => true;
const firstCases = (tier: TierNumber, count: number): Set<string> =>
  new Set(
    casesOf(tier)
      .slice(0, count)
      .map(({ id }) => id),
  );

/** Runs the command; what it prints on stdout, and its exit status. */
async function run(args: { operands?: string[]; options?: Record<string, string | boolean | string[]> }, open: () => Session) {
  let stdout = '';
  let stderr = '';
  const sink = (write: (text: string) => void): Terminal['out'] => ({ isTerminal: false, columns: undefined, write });
  const marks = {
    done: '✓',
    wrong: '✗',
    pass: '✅',
    fetch: '↓',
    bullet: '•',
    none: '–',
    bar: ['━', '╸', '━'],
    ellipsis: '…',
    dot: '·',
  } as const;
  const terminal: Terminal = {
    columns: 100,
    outIsTerminal: false,
    errIsTerminal: false,
    out: sink((text) => {
      stdout += text;
    }),
    err: sink((text) => {
      stderr += text;
    }),
    marks,
    style: (_, text) => text,
  };
  const scripted: Luci = { ...luci, test: (options) => testWith(open, options) };
  const command = commands.find(({ name }) => name === 'test');
  const exitCode = await command?.run({
    operands: args.operands ?? [],
    options: args.options ?? {},
    show: createShow(terminal),
    signal: new AbortController().signal,
    yes: false,
    luci: async () => scripted,
  });
  return { stdout, stderr, exitCode };
}

function testWith(open: () => Session, options: TestOptions | undefined) {
  const tools = {
    stateFolder: luci.directories.state,
    logsFolder: join(luci.directories.logs, 'test'),
    list: luci.list,
    installedNames: luci.installedNames,
    digestOf: async (name: string) => (await luci.verify(name)).files[0]?.actual ?? '',
    open: async () => open(),
    machine: luci.machine,
  };
  return testModels(tools, options);
}

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
  await setNative(2);
  const knows = (tier: TierNumber, id: string): boolean => tier < 3 || firstCases(3, 4).has(id);
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
  await setNative(tier);
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
  expect(stdout).toContain('Tier 0: • INCOMPLETE, 7 errors (3/10) 30.0%');
  expect(exitCode).toBe(9);
});

test('three repeats of everything right are confirmed, and repeats are new variants', async () => {
  const { stdout } = await run({ options: { repeats: '3' } }, () => knowingSession({ knows: knowsAll, repeats: 3 }));
  expect(stdout).toMatch(/Tier 0: ✅ PASS \(30\/30\) 100\.0%\n +95 % interval 89-100, 3 repeats, confirmed/);
});

test('--fast ends a tier early and with the same verdict', async () => {
  const slow = await run({}, () => knowingSession({ knows: () => false }));
  const fast = await run({ options: { fast: true, fresh: true } }, () => knowingSession({ knows: () => false }));
  expect(slow.exitCode).toBe(8);
  expect(fast.exitCode).toBe(8);
  expect(fast.stdout).toContain('FAIL (0/3)');
});

test('a disabled model is skipped', async () => {
  await luci.store.setEnabled(['script'], false);
  await expect(run({}, () => knowingSession({ knows: knowsAll }))).rejects.toMatchObject({ code: 'MODEL_DISABLED' });
});

test('what is proven stands in the list, for these bytes only', async () => {
  await run({}, () => knowingSession({ knows: knowsAll }));
  expect((await luci.list())[0]).toMatchObject({ name: 'script', proven: { tier: 0, confirmed: false } });
  await writeFile(join(home, 'models', 'script.gguf'), Buffer.concat([tinyGguf(), Buffer.from('x')]));
  await luci.verify('script');
  expect((await luci.list())[0]?.proven).toBeUndefined();
});

test('a run that was cut off anywhere goes on, and ends as the uninterrupted one', async () => {
  const knows = (tier: TierNumber, id: string): boolean => tier > 0 || firstCases(0, 9).has(id);
  const logs = join(home, 'logs', 'test');
  const whole = await run({}, () => knowingSession({ knows }));
  const [name = ''] = (await readdir(logs)).filter((file) => file.endsWith('.jsonl'));
  const text = await readFile(join(logs, name), 'utf8');
  // 20 places, in the middle of lines too; the last is the line that says it ended.
  const end = text.lastIndexOf('{"type":"end"');
  const start = text.indexOf('\n') + 1;
  for (let cut = 0; cut < 20; cut += 1) {
    await writeFile(join(logs, name), text);
    await truncate(join(logs, name), Math.floor(start + ((end - start) * cut) / 19));
    const again = await run({}, () => knowingSession({ knows }));
    expect(withoutSpeed(again.stdout), `cut ${cut}`).toBe(withoutSpeed(whole.stdout));
    expect((await readdir(logs)).filter((file) => file.endsWith('.jsonl'))).toEqual([name]);
  }
}, 120_000);

test('answers are shown with the reason, as a page and as JUnit', async () => {
  await run({ options: { report: join(home, 'r.html'), junit: join(home, 'j.xml') } }, () =>
    knowingSession({ knows: (_, id) => id !== 't0-json' }),
  );
  const one = await run({ operands: ['show', 'script', 'json'] }, () => knowingSession({ knows: knowsAll }));
  expect(one.stdout).toMatch(/t0-json, variant 0: fail: the values differ[\s\S]*asked:[\s\S]*answered:/);
  const html = await readFile(join(home, 'r.html'), 'utf8');
  expect(html).toContain('<h1>What script can do</h1>');
  expect(html).not.toMatch(/https?:\/\//);
  const junit = await readFile(join(home, 'j.xml'), 'utf8');
  expect(junit).toContain('<testsuite name="script tier 0" tests="10" failures="1" errors="0"');
});

test('a report is made from the logs at any time: of all, of those named, of one that is gone; beside the logs where no file is named', async () => {
  const report = (...operands: string[]) => run({ operands: ['report', ...operands] }, () => knowingSession({ knows: knowsAll }));
  await expect(report()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await writeFile(join(home, 'models', 'other.gguf'), Buffer.concat([tinyGguf(), Buffer.from('other')]));
  await run({ operands: ['script'] }, () => knowingSession({ knows: knowsAll }));
  await run({ operands: ['other'] }, () => knowingSession({ knows: (_, id) => firstCases(0, 3).has(id) }));
  const path = join(home, 'logs', 'test', 'report.html');
  expect((await report()).stdout).toBe(`${path}  2 models\n`);
  const both = await readFile(path, 'utf8');
  expect(both).toContain('<h1>What 2 models can do</h1>');
  expect(both).toContain('class="chart speed-chart"');
  expect(both).not.toContain(home);
  await luci.store.remove('other');
  expect((await report('other')).stdout).toBe(`${path}  1 model\n`);
  expect(await readFile(path, 'utf8')).toContain('<h1>What other can do</h1>');
  await expect(report('lama')).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' });
  const own = join(home, 'own', 'page.html');
  const options = { report: own, junit: join(home, 'own', 'tests.xml') };
  expect((await run({ operands: ['report'], options }, () => knowingSession({ knows: knowsAll }))).stdout).toContain(own);
  expect(await readFile(own, 'utf8')).toBe(both);
  expect(await readFile(options.junit, 'utf8')).toContain('<testsuite name="other tier 0" tests="10" failures="7"');
});

test('two runs are compared pair by pair, rescored, certified, and a changed certificate is found out', async () => {
  await writeFile(join(home, 'models', 'other.gguf'), Buffer.concat([tinyGguf(), Buffer.from('other')]));
  await run({ operands: ['script'] }, () => knowingSession({ knows: knowsAll }));
  await run({ operands: ['other'] }, () => knowingSession({ knows: (_, id) => firstCases(0, 3).has(id) }));
  const compared = await run({ operands: ['compare', 'script', 'other'] }, () => knowingSession({ knows: knowsAll }));
  expect(compared.stdout).toContain('script  10/10');
  expect(compared.stdout).toContain('other  3/10');
  expect(compared.stdout).toContain('The difference is more than chance (McNemar, p = 0.016)');
  expect((await run({ operands: ['rescore', 'other'] }, () => knowingSession({ knows: knowsAll }))).stdout).toBe('');
  const certified = await run({ operands: ['certify', 'script'] }, () => knowingSession({ knows: knowsAll }));
  const path = certified.stdout.trim();
  expect((await run({ operands: ['verify', path] }, () => knowingSession({ knows: knowsAll }))).stdout).toMatch(
    /✓ the signature fits\nscript .*: tier 0 passed \(10\/10\)/,
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

test('shards are merged into one run, and only of the same model', async () => {
  const logs = join(home, 'logs', 'test');
  for (const shard of ['1/2', '2/2']) {
    await run({ options: { shard, fresh: true } }, () => knowingSession({ knows: knowsAll }));
    await new Promise((resolve) => setTimeout(resolve, 1100)); // Logs are named by the second.
  }
  const paths = (await readdir(logs)).filter((name) => name.endsWith('.jsonl')).map((name) => join(logs, name));
  expect(paths).toHaveLength(2);
  const merged = await run({ operands: ['merge', ...paths] }, () => knowingSession({ knows: knowsAll }));
  expect(merged.stdout).toContain('10 answers');
  expect((await luci.list())[0]?.proven).toBeUndefined();
});

test('a model is chosen by what it has proven, the smallest first', async () => {
  await expect(luci.choose(undefined, { tier: 0 })).rejects.toMatchObject({ code: 'MODEL_NOT_INSTALLED' });
  await run({}, () => knowingSession({ knows: (_, id) => !id.includes('json') }));
  expect(await luci.choose(undefined, { tier: 0 })).toMatchObject({ name: 'script' });
  expect(await luci.choose(undefined, { ability: 'tools' })).toMatchObject({ name: 'script' });
  await expect(luci.choose(undefined, { ability: 'json' })).rejects.toMatchObject({ code: 'MODEL_NOT_INSTALLED' });
});
