import { LuciError } from '../base/errors.ts';
import { ladderName, suiteNameOf } from '../base/suite-name.ts';
import type { CaseResult, RunFacts } from './result.ts';
import { listRunLogs, type ReadLog, readRunLog } from './run-log.ts';

/** Runs among the logs of a folder. */

/**
 * The newest run of a model with a suite, or with the ladder where none is named: another suite that was asked since does not hide it.
 * Only a model that was never asked the ladder shows what else it was asked.
 */
export function newestRun(logsFolder: string, name: string, suite?: string): ReadLog {
  let other: ReadLog | undefined;
  for (const path of listRunLogs(logsFolder)) {
    const log = readRunLog(path);
    if (log?.run.model !== name || log.answers.length === 0) continue;
    if (suiteNameOf(log.run) === (suite ?? ladderName)) return log;
    other ??= log;
  }
  if (other && suite === undefined) return other;
  const what = suite === undefined || !other ? 'tested yet' : `asked the suite ${suite} yet`;
  throw new LuciError('NOT_FOUND', `${name} was not ${what}.`, { hint: `luci test ${name}${suite === undefined ? '' : ' --suite FILE'}` });
}

/** Names of models that have a log, of this suite or of any, in order; they need not be installed any more. */
export function testedModels(logsFolder: string, suite?: string): readonly string[] {
  const runs = listRunLogs(logsFolder).flatMap((path) => readRunLog(path)?.run ?? []);
  const names = runs.filter((run) => suite === undefined || suiteNameOf(run) === suite).map(({ model }) => model);
  return [...new Set(names)].sort();
}

/** The newest log of the same run that has no end: its answers are used again. */
export function unfinishedRun(folder: string, run: RunFacts): { path: string; answers: readonly CaseResult[] } | undefined {
  for (const path of listRunLogs(folder)) {
    const log = readRunLog(path);
    if (!log || log.run.model !== run.model) continue;
    const isSame = (['suiteHash', 'seed', 'modelSha256', 'language'] as const).every((fact) => log.run[fact] === run[fact]);
    const isSamePart = JSON.stringify(log.run.shard) === JSON.stringify(run.shard);
    return isSame && isSamePart && !log.isEnded ? log : undefined;
  }
  return undefined;
}
