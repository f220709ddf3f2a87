import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { LuciError } from '../../base/errors.ts';
import type { Tier } from '../../base/model.ts';
import { shellWord } from '../../base/shell-word.ts';
import { diskError, isNotFound } from '../../base/system-error.ts';
import {
  type Certificate,
  certify as certifyTiers,
  checkCertificate as checkCertificateText,
  newSigningKey,
} from '../../tiers/certificate.ts';
import { type Comparison, compareRuns, compareSeeds, isSeedPair, type SeedComparison } from '../../tiers/compare-runs.ts';
import { newestRun } from '../../tiers/find-run.ts';
import { type LintReport, lintSuite } from '../../tiers/own/lint.ts';
import { type OwnSuite, readSuite } from '../../tiers/own/load-suite.ts';
import { type Rescored, rescoreRun } from '../../tiers/rescore.ts';
import type { CaseResult } from '../../tiers/result.ts';
import { listRunLogs, openRunLog, type ReadLog, readRunLog } from '../../tiers/run-log.ts';
import { openPython, type PythonSandbox } from '../../tiers/sandbox/python.ts';
import { isTierPassed } from '../../tiers/statistics.ts';
import { casesOf, ladderName, suiteVersion } from '../../tiers/suite.ts';

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

/** See `Tests.compare`. */
export function compare({ logsFolder }: FinishedRuns, first: RunReference, second?: RunReference): Comparison | SeedComparison {
  const isPair = second === undefined && typeof first === 'string';
  const [a, b] = isPair ? seedPair(logsFolder, first) : [findRun(logsFolder, first), findRun(logsFolder, second ?? first)];
  return isSeedPair(a, b) ? compareSeeds(a, b) : compareRuns(a, b);
}

/** See `Tests.rescore`. */
export async function rescore(
  runs: FinishedRuns,
  reference: RunReference,
  { suitePath, signal }: RescoreOptions = {},
): Promise<readonly Rescored[]> {
  const log = findRun(runs.logsFolder, reference);
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
export function merge({ logsFolder }: FinishedRuns, paths: readonly string[]): { readonly path: string; readonly answers: number } {
  const logs = paths.map((path) => findRun(logsFolder, path));
  const [first] = logs;
  if (!first || logs.length < 2)
    throw new LuciError('USAGE', 'Merging takes two logs or more.', { hint: 'luci test merge a.jsonl b.jsonl' });
  const other = logs.find((log) => !isSameQuestion(log, first));
  if (other) throw new LuciError('USAGE', `${basename(other.path)} is of another model, suite, seed or language and cannot be merged.`);
  const answers = joinedAnswers(logs);
  const log = openRunLog(logsFolder, { ...first.run, startedAt: new Date().toISOString() });
  for (const answer of answers) log.write({ type: 'answer', ...answer });
  log.write({ type: 'end', at: new Date().toISOString() });
  return { path: log.path, answers: answers.length };
}

/** See `Tests.certify`. */
export async function certify({ logsFolder, keysFolder }: FinishedRuns, reference: RunReference): Promise<readonly string[]> {
  const log = findRun(logsFolder, reference);
  const { engine, model } = log.run;
  if (engine.startsWith('remote '))
    throw new LuciError('USAGE', `Nobody here can say which bytes answered as ${model}: a remote model gets no certificate.`, {
      hint: `luci test report ${shellWord(model)}`,
    });
  const tiers = [...new Set(log.answers.map(({ tier }) => tier))].filter((tier) => isWhole(log, tier));
  if (tiers.length === 0)
    throw new LuciError('TESTS_INCOMPLETE', `No tier of the newest run of ${model} was asked as a whole.`, {
      hint: `luci test ${shellWord(model)}`,
    });
  const whole = { ...log, answers: log.answers.filter(({ tier }) => tiers.includes(tier)) };
  const written: string[] = [];
  for (const certificate of certifyTiers(whole, await signingKey(keysFolder))) {
    const path = join(logsFolder, `${basename(log.path, '.jsonl')}.tier${certificate.tier}.certificate.json`);
    await writeFileAtomic(path, `${JSON.stringify(certificate, null, 1)}\n`).catch((error: unknown) => {
      throw diskError(error, path, 'write a certificate');
    });
    written.push(path);
  }
  return written;
}

/** See `Tests.checkCertificate`. */
export function checkCertificate(path: string): Certificate {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (isNotFound(error)) throw new LuciError('NOT_FOUND', `There is no certificate ${path}.`, { hint: 'luci test certify MODEL' });
    throw diskError(error, path, 'read a certificate');
  }
  return checkCertificateText(text, basename(path));
}

function findRun(logsFolder: string, reference: RunReference): ReadLog {
  if (typeof reference === 'string' && !reference.endsWith('.jsonl')) return newestRun(logsFolder, reference);
  const path = typeof reference === 'string' ? reference : reference.path;
  const log = readRunLog(path);
  if (!log) throw new LuciError('NOT_FOUND', `${path} is no log of a test run.`, { hint: 'luci test' });
  return log;
}

function needsPython({ cases }: OwnSuite): boolean {
  return cases.some((asked) => asked.needsPython);
}

async function openPythonOf({ pythonFolder }: FinishedRuns, signal: AbortSignal | undefined): Promise<PythonSandbox | undefined> {
  const folder = await pythonFolder(signal);
  return folder === undefined ? undefined : openPython(folder, { signal });
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

/** Whether every case of a tier was asked, or its verdict is certain without the rest: one case (--case, a shard, a run cut off) proves no tier. */
function isWhole({ run, answers, tiers }: ReadLog, tier: Tier): boolean {
  if (run.suite !== `${ladderName} ${suiteVersion}`) return true; // What a user's suite or another version holds is not known here.
  if (tiers.some((result) => result.tier === tier && result.sequential)) return true;
  const all = casesOf(tier).length * run.repeats;
  const own = answers.filter((answer) => answer.tier === tier);
  const passed = own.filter(({ status }) => status === 'pass').length;
  return own.length >= all || isTierPassed(passed, all) || !isTierPassed(all - (own.length - passed), all);
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

/** The machine's own key, made on first use. */
async function signingKey(keysFolder: string): Promise<string> {
  const path = join(keysFolder, 'certificates.pem');
  try {
    return readFileSync(path, 'utf8');
  } catch {
    const key = newSigningKey();
    await writeFileAtomic(path, key, { mode: 0o600 }).catch((error: unknown) => {
      throw diskError(error, path, 'write the key of certificates');
    });
    return key;
  }
}
