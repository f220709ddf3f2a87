import { basename } from 'node:path';
import { LuciError } from '../../base/errors.ts';
import { beyondSuite } from '../../tiers/beyond/beyond-suites.ts';
import { questionsOf } from '../../tiers/certificate.ts';
import { type Comparison, compareRuns, compareSeeds, isSeedPair, type SeedComparison } from '../../tiers/compare-runs.ts';
import { newestRun } from '../../tiers/find-run.ts';
import { type LintReport, lintSuite } from '../../tiers/own/lint.ts';
import { type OwnSuite, readSuite } from '../../tiers/own/load-suite.ts';
import { type Rescored, rescoreRun } from '../../tiers/rescore.ts';
import type { CaseResult, RunFacts } from '../../tiers/result.ts';
import { listRunLogs, openRunLog, type ReadLog, readRunLog } from '../../tiers/run-log.ts';
import { openPython, type PythonSandbox } from '../../tiers/sandbox/python.ts';
import { ladder } from '../../tiers/suite.ts';

/** What can be done with test runs that are over: one function a verb. They are named by a tested model, or by the path of a log. */

/** A run: the newest of a model by its name, a log by its path that ends in `.jsonl`, or a log of whatever name. */
export type RunReference = string | { readonly path: string };

/** Where finished runs lie, and what is needed to look at them again. */
export interface FinishedRuns {
  readonly logsFolder: string;
  /** Where the key of certificates is. */
  readonly keysFolder: string;
  /** Folder of Python, where that part was added. */
  readonly pythonFolder: (signal?: AbortSignal) => Promise<string | undefined>;
}

/** How a run is graded anew. */
export interface RescoreOptions {
  /** File of the user's own suite that the run was of. */
  readonly suitePath?: string;
  readonly signal?: AbortSignal;
}

/** Which of the runs of a model is meant. */
export interface RunChoice {
  /** Name or file of a suite of the user's; default: the ladder. */
  readonly suite?: string;
}

/** What merging came to. */
export interface MergedRun {
  readonly path: string;
  readonly answers: number;
  /** Shards that are not among the logs, as in `3/3`. */
  readonly missingShards: readonly string[];
  /** Questions of the asked tiers without an answer, as in `t0-copy#0`; of the ladder only. */
  readonly missing: readonly string[];
}

/** See `Tests.compare`. */
export function compare(
  { logsFolder }: FinishedRuns,
  first: RunReference,
  second?: RunReference,
  { suite }: RunChoice = {},
): Comparison | SeedComparison {
  const isPair = second === undefined && typeof first === 'string';
  const [a, b] = isPair ? seedPair(logsFolder, first) : [findRun(logsFolder, first, suite), findRun(logsFolder, second ?? first, suite)];
  return isSeedPair(a, b) ? compareSeeds(a, b) : compareRuns(a, b);
}

/** See `Tests.rescore`. */
export async function rescore(
  runs: FinishedRuns,
  reference: RunReference,
  { suitePath, signal }: RescoreOptions = {},
): Promise<readonly Rescored[]> {
  const log = findRun(runs.logsFolder, reference, suitePath);
  const beyond = suitePath === undefined ? undefined : beyondSuite(suitePath);
  if (beyond) return rescoreRun(log, { suite: beyond, signal });
  const suite = suitePath === undefined ? undefined : readSuite(suitePath);
  const isPythonNeeded = suite ? needsPython(suite) : log.run.language === 'python';
  await using python = isPythonNeeded ? await openPythonOf(runs, signal) : undefined;
  return rescoreRun(log, { suite, python, signal });
}

/** See `Tests.lint`. */
export async function lint(runs: FinishedRuns, path: string, signal?: AbortSignal): Promise<LintReport> {
  const suite = readSuite(path);
  await using python = needsPython(suite) ? await openPythonOf(runs, signal) : undefined;
  return lintSuite(suite, { python, signal });
}

/** See `Tests.merge`. */
export function merge({ logsFolder }: FinishedRuns, paths: readonly string[]): MergedRun {
  const logs = paths.map((path) => findRun(logsFolder, path));
  const [first] = logs;
  if (!first || logs.length < 2)
    throw new LuciError('USAGE', 'Merging takes two logs or more.', { hint: 'luci test merge a.jsonl b.jsonl' });
  const other = logs.find((log) => !isSameQuestion(log, first));
  if (other) throw new LuciError('USAGE', `${basename(other.path)} is of another model, suite, seed or language and cannot be merged.`);
  const answers = joinedAnswers(logs);
  const log = openRunLog(logsFolder, { ...first.run, shard: undefined, startedAt: new Date().toISOString() });
  for (const answer of answers) log.write({ type: 'answer', ...answer });
  log.write({ type: 'end', at: new Date().toISOString() });
  return { path: log.path, answers: answers.length, missingShards: missingShards(logs), missing: missingQuestions(first.run, answers) };
}

/** The run that is meant: the newest of a model with a suite, or that of a log. */
export function findRun(logsFolder: string, reference: RunReference, suite?: string): ReadLog {
  if (typeof reference === 'string' && !reference.endsWith('.jsonl')) return newestRun(logsFolder, reference, suiteNamed(suite));
  const path = typeof reference === 'string' ? reference : reference.path;
  const log = readRunLog(path);
  if (!log) throw new LuciError('NOT_FOUND', `${path} is no log of a test run.`, { hint: 'luci test' });
  return log;
}

/** Whether grading the suite takes Python. */
export function needsPython({ cases }: OwnSuite): boolean {
  return cases.some((asked) => asked.needsPython);
}

/** Python, where it was added. */
export async function openPythonOf({ pythonFolder }: FinishedRuns, signal: AbortSignal | undefined): Promise<PythonSandbox | undefined> {
  const folder = await pythonFolder(signal);
  return folder === undefined ? undefined : openPython(folder, { signal });
}

/** The name of a suite that is named by itself or by its file. */
export function suiteNamed(suite: string | undefined): string | undefined {
  return suite?.endsWith('.json') ? readSuite(suite).name : suite;
}

/** Shards that none of the logs is of. */
function missingShards(logs: readonly ReadLog[]): readonly string[] {
  const shards = logs.flatMap(({ run }) => run.shard ?? []);
  const count = Math.max(0, ...shards.map((shard) => shard.count));
  const isThere = (index: number): boolean => shards.some((shard) => shard.index === index && shard.count === count);
  return Array.from({ length: count }, (_, place) => place + 1).flatMap((index) => (isThere(index) ? [] : [`${index}/${count}`]));
}

/** What the tiers that were asked have besides; of other suites only their file knows. */
function missingQuestions(run: RunFacts, answers: readonly CaseResult[]): readonly string[] {
  if (run.suiteHash !== ladder.hash) return [];
  const there = new Set(answers.map(({ caseId, variant }) => `${caseId}#${variant}`));
  const tiers = ladder.tiers.filter((tier) => answers.some((answer) => answer.tier === tier));
  return tiers.flatMap((tier) => questionsOf(ladder, tier, run.repeats)).filter((question) => !there.has(question));
}

function isSameQuestion({ run }: ReadLog, { run: other }: ReadLog): boolean {
  return (['suiteHash', 'modelSha256', 'seed', 'language'] as const).every((fact) => run[fact] === other[fact]);
}

/** One answer to each instance of a case: the first that is no error. */
function joinedAnswers(logs: readonly ReadLog[]): readonly CaseResult[] {
  const answers = new Map<string, CaseResult>();
  for (const answer of logs.flatMap((log) => log.answers)) {
    const id = `${answer.caseId}#${answer.variant}`;
    if (!answers.has(id) || answers.get(id)?.status === 'error') answers.set(id, answer);
  }
  return [...answers.values()];
}

/** The newest run of a model with the public seed and its newest with another, of the same suite. */
function seedPair(logsFolder: string, name: string): readonly [ReadLog, ReadLog] {
  const logs = listRunLogs(logsFolder).flatMap((path) => readRunLog(path) ?? []);
  const own = logs.filter(({ run, answers }) => run.model === name && answers.length > 0);
  for (const log of own) {
    const other = own.find((candidate) => isSeedPair(log, candidate));
    if (other) return [log, other];
  }
  throw new LuciError('NOT_FOUND', `${name} has no two runs of the same suite, one with seed 0 and one with another.`, {
    hint: `luci test ${name} --seed random`,
  });
}
