import { basename } from 'node:path';
import { LuciError } from '../../base/errors.ts';
import type { Tier } from '../../base/model.ts';
import { modelVerdict, tierLabel } from '../../tiers/report/labels.ts';
import { type PrivatePath, publishable } from '../../tiers/report/private-paths.ts';
import { type ReportedRun, reportedModels } from '../../tiers/report/report-data.ts';
import type { CaseResult, RunFacts, TierResult } from '../../tiers/result.ts';
import { listRunLogs, type ReadLog, readRunLog } from '../../tiers/run-log.ts';

/** Runs that are on record, for whoever shows them: what each came to, and its answers. */

/** What a run came to. */
export interface RunOverview {
  /** Stands for its log: {@link Tests.oneRun} takes it. */
  readonly id: string;
  readonly run: RunFacts;
  readonly tiers: readonly TierOverview[];
  /** What the model came to: its kind, and words for it. */
  readonly verdict: TierResult['verdict'];
  readonly words: string;
  /** False for a run that is under way or was cut off. */
  readonly isEnded: boolean;
  readonly tokensPerSecond: number;
}

/** How a tier went, counted as reports count. */
export interface TierOverview {
  readonly tier: Tier;
  /** Of a suite of the user's its name. */
  readonly name: string;
  /** A diagnosis counts for nothing. */
  readonly isCounted: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  /** Of the answers that are no errors. */
  readonly percent: number;
  /** 95 %, in percent. */
  readonly interval: readonly [number, number];
  readonly verdict: TierResult['verdict'];
  readonly words: string;
}

/** A run with its answers. */
export interface OneRun extends RunOverview {
  readonly cases: readonly CaseResult[];
}

/** Logs that are read for a list: they are read whole. */
const maxListed = 50;

/** See `Tests.runs`. */
export function runsIn(logsFolder: string): readonly RunOverview[] {
  return listRunLogs(logsFolder)
    .slice(0, maxListed)
    .flatMap((path) => readRunLog(path) ?? [])
    .map(overviewOfLog);
}

/** See `Tests.oneRun`. */
export function oneRunIn(logsFolder: string, id: string, privatePaths: readonly PrivatePath[]): OneRun {
  const path = listRunLogs(logsFolder).find((each) => runIdOf(each) === id);
  const log = path === undefined ? undefined : readRunLog(path);
  if (!log) throw new LuciError('NOT_FOUND', `There is no test run ${id.slice(0, 80)}.`, { hint: 'luci test report' });
  const [told] = publishable([{ run: log.run, tiers: log.tiers, cases: log.answers }], privatePaths);
  return { ...overviewOfLog(log), cases: told?.cases ?? [] };
}

/** What a run is called by: the name of its log. */
export function runIdOf(logPath: string): string {
  return basename(logPath, '.jsonl');
}

function overviewOfLog({ path, run, answers, tiers, isEnded }: ReadLog): RunOverview {
  return overviewOf(runIdOf(path), { run, tiers, cases: answers }, isEnded);
}

/** What a run came to, reckoned as in a report. */
export function overviewOf(id: string, reported: ReportedRun, isEnded: boolean): RunOverview {
  const [model] = reportedModels([reported]);
  if (!model) throw new LuciError('FAILED', 'A report of one run has one model.');
  const { kind, label } = modelVerdict(model);
  const { run, tiers, tokensPerSecond } = model;
  return { id, run, tiers: tiers.map(tierOverview), verdict: kind, words: label, isEnded, tokensPerSecond };
}

/** How a tier went. */
export function tierOverview(result: TierResult): TierOverview {
  const { tier, label, mode, passed, failed, errors, interval, verdict } = result;
  const percent = (passed / Math.max(1, passed + failed)) * 100;
  const counts = { passed, failed, errors, percent, interval };
  return { tier, name: label ?? `Tier ${tier}`, isCounted: mode === 'graded', ...counts, verdict, words: tierLabel(result) };
}
