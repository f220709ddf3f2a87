import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { partPath } from '../src/base/parts.ts';
import type { CaseResult } from '../src/tiers/result.ts';
import { readRunLog } from '../src/tiers/run-log.ts';
import { markdown } from './paired.ts';

/**
 * npm run bench:tiers [-- --model FILE --tier 3 --max-minutes 20]: seconds a case of `luci test` takes with real models (default: the starter),
 * tier by tier, and the share spent outside the engine: grading, sandboxes, files, and prompts that are read once more. Goal: under 10 %. Then
 * the whole command once more with `--parallel 1`: how much faster several questions at once are, and whether the answers are the same.
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: [join(homedir(), '.cache', 'luci-dev', 'SmolLM2-135M-Instruct.Q4_1.gguf')] },
    tier: { type: 'string', default: '3' },
    'max-minutes': { type: 'string', default: '20' },
  },
});
const program = partPath('engine-host.mjs').replace('engine-host.mjs', 'cli.cjs');
for (const file of values.model) await measure(file);

async function measure(file: string): Promise<void> {
  const atOnce = await testRun(file);
  tellTiers(atOnce.answers);
  const ownSeconds = sum(atOnce.answers, ({ seconds }) => seconds);
  const oneByOne = await testRun(file, '--parallel', '1');
  const ratio = (oneByOne.wallSeconds / atOnce.wallSeconds).toFixed(2);
  const areSame = wordsOf(oneByOne.answers) === wordsOf(atOnce.answers);
  process.stdout.write(
    `The whole command: ${atOnce.wallSeconds.toFixed(0)} s (${ownSeconds.toFixed(0)} s of answers), with --parallel 1 ${oneByOne.wallSeconds.toFixed(0)} s: ${ratio} times as fast; ${areSame ? 'the same words' : 'OTHER WORDS'} in ${atOnce.answers.length} answers.\n`,
  );
  if (!areSame || shareOutside(atOnce.answers) > 0.1) process.exitCode = 1;
}

interface Measured {
  readonly answers: readonly CaseResult[];
  readonly wallSeconds: number;
}

/** `luci test` in a home of its own, with an engine process that has read nothing yet. */
async function testRun(file: string, ...more: string[]): Promise<Measured> {
  const home = mkdtempSync(join(tmpdir(), 'luci-bench-'));
  try {
    mkdirSync(join(home, 'models'));
    copyFileSync(file, join(home, 'models', basename(file)));
    const startedAt = performance.now();
    await luci(home, 'test', '--tier', values.tier, '--all', '--max-minutes', values['max-minutes'], '-q', ...more);
    const wallSeconds = (performance.now() - startedAt) / 1000;
    const logs = join(home, 'logs', 'test');
    const [name = ''] = readdirSync(logs).filter((found) => found.endsWith('.jsonl'));
    return { answers: readRunLog(join(logs, name))?.answers ?? [], wallSeconds };
  } finally {
    await luci(home, 'stop', '-q').catch(() => undefined);
    rmSync(home, { recursive: true, force: true });
  }
}

function tellTiers(answers: readonly CaseResult[]): void {
  const tiers = [...new Set(answers.map(({ tier }) => tier))].sort();
  const columns = [
    'tier',
    'cases',
    'seconds a case',
    'outside the engine',
    'prompts',
    'of them cached',
    'read once more',
    'outside, all told',
  ];
  const rows = tiers.map((tier) =>
    row(
      `${tier}`,
      answers.filter((answer) => answer.tier === tier),
    ),
  );
  rows.push(row('all', answers));
  process.stdout.write(`${markdown(columns, rows)}\n\n`);
}

/** What was said and called, case by case. */
function wordsOf(answers: readonly CaseResult[]): string {
  return JSON.stringify(answers.map(({ caseId, variant, turns }) => [`${caseId} ${variant}`, turns]).sort());
}

function luci(home: string, ...args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [program, ...args, '--home', home, '--offline', '-y'], { maxBuffer: 1e8 }, (error) => {
      // A model that does not hold its tier, or that ran into the limit, is what is measured here.
      if (error && ![8, 9].includes(Number(error.code))) reject(error);
      else resolve();
    });
  });
}

function sum(answers: readonly CaseResult[], of: (answer: CaseResult) => number): number {
  return answers.reduce((total, answer) => total + of(answer), 0);
}

/** Seconds that reading prompts once more took: by their share of the tokens that were read. */
function rereadSeconds({ promptTokens, cachedTokens, rereadTokens, promptSeconds }: CaseResult): number {
  return promptTokens > cachedTokens ? (promptSeconds * rereadTokens) / (promptTokens - cachedTokens) : 0;
}

function shareOutside(answers: readonly CaseResult[]): number {
  return sum(answers, (answer) => answer.overheadSeconds + rereadSeconds(answer)) / sum(answers, ({ seconds }) => seconds);
}

function row(tier: string, answers: readonly CaseResult[]): string[] {
  const seconds = sum(answers, (answer) => answer.seconds);
  const [prompt, cached] = [sum(answers, ({ promptTokens }) => promptTokens), sum(answers, ({ cachedTokens }) => cachedTokens)];
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    tier,
    String(answers.length),
    (seconds / answers.length).toFixed(2),
    percent(sum(answers, ({ overheadSeconds }) => overheadSeconds) / seconds),
    `${prompt} tokens`,
    percent(cached / prompt),
    percent(sum(answers, rereadSeconds) / seconds),
    percent(shareOutside(answers)),
  ];
}
