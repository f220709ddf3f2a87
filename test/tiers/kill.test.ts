import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../../src/tiers/random.ts';
import { type ReadLog, readRunLog } from '../../src/tiers/run-log.ts';
import { ladder } from '../../src/tiers/suite.ts';
import { type Home, makeHome, program } from '../e2e/luci-process.ts';
import { tinyGguf } from '../fixtures/gguf/tiny-gguf.ts';
import { writeServerProgram } from '../fixtures/server-program.ts';

/**
 * Real `luci test` processes, killed at moments nobody chose; the model is a server program that knows most answers. The moments are the
 * same in every `npm test`; others by hand: LUCI_KILL_SEED=random npx vitest run test/tiers/kill.test.ts
 */

const kills = 20;
const wantedSeed = process.env['LUCI_KILL_SEED'] ?? '1';
const seed = wantedSeed === 'random' ? String(Date.now()) : wantedSeed;
const shown = ['test', 'script', '--engine', 'llama-server'];
let home: Home;
let logs: string;
let environment: Record<string, string>;
beforeAll(async () => {
  home = await makeHome();
  logs = join(home.folder, 'logs', 'test');
  await mkdir(join(home.folder, 'models'));
  await writeFile(join(home.folder, 'models', 'script.gguf'), tinyGguf());
  const entry = { name: 'script', parametersB: 1, tier: 1, license: 'MIT', quantization: 'F16', repo: 'owner/script', file: 'script.gguf' };
  await writeFile(join(home.folder, 'catalog.json'), JSON.stringify([entry]));
  await writeFile(join(home.folder, 'answers.json'), JSON.stringify(answers()));
  environment = {
    LUCI_LLAMA_SERVER: await writeServerProgram(home.folder, 'server', '0.10.6', { answersPath: join(home.folder, 'answers.json') }),
  };
});
afterAll(() => home[Symbol.asyncDispose]());

/** What the model knows: all but two cases, one of tier 0 and one whose code fails in the sandbox. */
function answers(): object {
  const known: Record<string, object> = {};
  for (const tier of [0, 1] as const)
    for (const { id } of ladder.casesOf(tier)) {
      const { turns, oracle, nearMiss } = ladder.instanceOf(id, '0', 0);
      const script = ['t0-json', 't1-code'].includes(id) ? nearMiss : oracle;
      for (const [index, { user }] of turns.entries()) known[user] = script[index] ?? { text: '' };
    }
  return known;
}

/** The only log, if there is one. */
async function theLog(): Promise<ReadLog | undefined> {
  const names = await readdir(logs).catch(() => []);
  const [name, ...more] = names.filter((file) => file.endsWith('.jsonl'));
  expect(more).toEqual([]);
  return name === undefined ? undefined : readRunLog(join(logs, name));
}

/** What must be the same in every run: all but times, and how much the engine still knew. */
function results(log: ReadLog | undefined): readonly object[] {
  return (log?.answers ?? [])
    .map(({ seconds: _s, overheadSeconds: _o, promptSeconds: _p, cachedTokens: _c, rereadTokens: _r, ...rest }) => rest)
    .sort((a, b) => (a.caseId < b.caseId ? -1 : 1));
}

const withoutSpeed = (stdout: string): string => stdout.replace(/ +([\d.]+\/s|speed)/g, '  speed');

test(`killed with -9 at ${kills} moments, a run goes on and ends as the uninterrupted one`, async () => {
  process.stderr.write(`LUCI_KILL_SEED=${seed}\n`);
  const random = seededRandom(`kill ${seed}`);
  const whole = await home.luci(shown, { environment });
  expect(whole).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Tier 1: ✅ PASS (8/9) 88.9%') });
  const uninterrupted = results(await theLog());
  expect(uninterrupted).toHaveLength(19);
  const reached = new Set<number>();
  for (let kill = 0; kill < kills; kill += 1) {
    // Spread over the run: after so many answers are on the disk, and then some time that differs.
    const before = await logOfKilled(kill - 1, random.int(0, kill === 0 ? 900 : 25));
    reached.add(before?.answers.length ?? 0);
    const again = await home.luci(shown, { environment });
    expect([withoutSpeed(again.stdout), again.exitCode], `seed ${seed}, kill ${kill}`).toEqual([withoutSpeed(whole.stdout), 0]);
    const log = await theLog();
    expect(results(log), `seed ${seed}, kill ${kill}`).toEqual(uninterrupted);
    // What was on the disk was not asked again: no line of it has changed, and none is there twice.
    expect(log?.answers.slice(0, before?.answers.length ?? 0)).toEqual(before?.answers ?? []);
  }
  // The moments were moments of the run, not one moment twenty times.
  expect(reached.size).toBeGreaterThan(8);
}, 600_000);

/** The log of a run that was killed in the middle; where it was over sooner, the next one is killed in half the time. */
async function logOfKilled(answerCount: number, maxMs: number): Promise<ReadLog | undefined> {
  for (let delayMs = maxMs; ; delayMs = Math.floor(delayMs / 2)) {
    await rm(logs, { recursive: true, force: true });
    const wasKilled = await killAt(answerCount, delayMs);
    const log = await theLog();
    if (wasKilled && !log?.isEnded) return log;
    expect(delayMs, 'the run was over before it was killed').toBeGreaterThan(0);
  }
}

/** Starts a test and kills it so long after so many answers are in its log (-1: after its start). False where it ended by itself. */
async function killAt(answerCount: number, delayMs: number): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...shown], {
    env: { ...process.env, LUCI_HOME: home.folder, LUCI_KEEP_ALIVE: '20', ...environment },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.on('exit', (_status, signal) => resolve(signal)));
  while (answerCount >= 0 && (await lineCount()) < answerCount + 1 && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 3));
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  child.kill('SIGKILL');
  return (await ended) === 'SIGKILL';
}

/** Lines of the log that has the run in its first. */
async function lineCount(): Promise<number> {
  const [name] = (await readdir(logs).catch(() => [])).filter((file) => file.endsWith('.jsonl'));
  return name === undefined ? 0 : (await readFile(join(logs, name), 'utf8')).split('\n').length - 1;
}
