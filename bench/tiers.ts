import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { partPath } from '../src/base/parts.ts';
import type { CaseResult } from '../src/tiers/result.ts';
import { readRunLog } from '../src/tiers/run-log.ts';
import { markdown } from './paired.ts';

/**
 * npm run bench:tiers [-- --starter FILE --tier 3 --max-minutes 20]: seconds a case of `luci test` takes with the real starter model, tier
 * by tier, and the share spent outside the engine: grading, sandboxes, files, and prompts that are read once more. Goal: under 10 %.
 */
const { values } = parseArgs({
  options: {
    starter: { type: 'string', default: join(homedir(), '.cache', 'luci-dev', 'SmolLM2-135M-Instruct.Q4_1.gguf') },
    tier: { type: 'string', default: '3' },
    'max-minutes': { type: 'string', default: '20' },
  },
});
const home = mkdtempSync(join(tmpdir(), 'luci-bench-'));
const program = partPath('engine-host.mjs').replace('engine-host.mjs', 'cli.cjs');

try {
  mkdirSync(join(home, 'models'));
  copyFileSync(values.starter, join(home, 'models', 'starter.gguf'));
  const startedAt = performance.now();
  await luci('test', 'starter', '--tier', values.tier, '--all', '--max-minutes', values['max-minutes'], '-q');
  const wallSeconds = (performance.now() - startedAt) / 1000;
  const logs = join(home, 'logs', 'test');
  const [name = ''] = readdirSync(logs).filter((file) => file.endsWith('.jsonl'));
  const answers = readRunLog(join(logs, name))?.answers ?? [];
  const tiers = [...new Set(answers.map(({ tier }) => tier))];
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
  const ownSeconds = sum(answers, ({ seconds }) => seconds);
  process.stdout.write(
    `Start, self-tests of the sandboxes, digest, loading and warm-up: ${(wallSeconds - ownSeconds).toFixed(1)} s of ${wallSeconds.toFixed(0)} s. Tools with the prompt before them: ${prefixText(answers)}.\n`,
  );
  if (shareOutside(answers) > 0.1) process.exitCode = 1;
} finally {
  await luci('stop', '-q').catch(() => undefined);
  rmSync(home, { recursive: true, force: true });
}

function luci(...args: string[]): Promise<void> {
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

/** Whether the tools' instructions, which all cases with tools begin with, are read once: what the second such case had in the cache. */
function prefixText(answers: readonly CaseResult[]): string {
  const [first, second] = ['t0-make', 't0-rename'].map((id) => answers.find(({ caseId }) => caseId === id));
  return first && second
    ? `the first case had ${first.cachedTokens} of ${first.promptTokens} tokens in the cache, the next ${second.cachedTokens} of ${second.promptTokens}`
    : 'none were asked';
}
