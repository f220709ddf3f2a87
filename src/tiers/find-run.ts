import { LuciError } from '../base/errors.ts';
import type { CaseResult, RunFacts } from './result.ts';
import { listRunLogs, type ReadLog, readRunLog } from './run-log.ts';

/** Runs among the logs of a folder. */

/** The newest run of a model. */
export function newestRun(logsFolder: string, name: string): ReadLog {
  for (const path of listRunLogs(logsFolder)) {
    const log = readRunLog(path);
    if (log?.run.model === name && log.answers.length > 0) return log;
  }
  throw new LuciError('NOT_FOUND', `${name} was not tested yet.`, { hint: `luci test ${name}` });
}

/** Names of models that have a log, in order; they need not be installed any more. */
export function testedModels(logsFolder: string): readonly string[] {
  return [...new Set(listRunLogs(logsFolder).flatMap((path) => readRunLog(path)?.run.model ?? []))].sort();
}

/** The newest log of the same run that has no end: its answers are used again. */
export function unfinishedRun(folder: string, run: RunFacts): { path: string; answers: readonly CaseResult[] } | undefined {
  for (const path of listRunLogs(folder)) {
    const log = readRunLog(path);
    if (!log || log.run.model !== run.model) continue;
    const isSame = (['suiteHash', 'seed', 'modelSha256', 'language'] as const).every((fact) => log.run[fact] === run[fact]);
    return isSame && !log.isEnded ? log : undefined;
  }
  return undefined;
}
