import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';
import { LuciError } from '../../base/errors.ts';
import { diskError } from '../../base/system-error.ts';
import { newestRun, testedModels } from '../find-run.ts';
import { type PrivatePath, publishable } from './private-paths.ts';
import type { ReportedRun } from './report-data.ts';

/** Reports as files. */

/** Where a report goes, of whom it is, and what must not stand in it. */
export interface ReportOptions {
  readonly logsFolder: string;
  /** Default: `report.html` in the folder of logs. */
  readonly path?: string;
  /** JUnit XML besides. */
  readonly junitPath?: string;
  /** Default: all tested models, those of low tiers first. */
  readonly models?: readonly string[];
  /** The name of a suite of the user's; default: the ladder. */
  readonly suite?: string;
  readonly privatePaths?: readonly PrivatePath[];
}

/** Writes an HTML page of the newest runs. Returns where it is and which models are in it. */
export async function writeReport(options: ReportOptions): Promise<{ readonly path: string; readonly models: readonly string[] }> {
  const { logsFolder, path = join(logsFolder, 'report.html'), junitPath, models = [], suite, privatePaths = [] } = options;
  const wanted = models.length > 0 ? models : testedModels(logsFolder, suite);
  if (wanted.length === 0) throw new LuciError('NOT_FOUND', 'No model was tested yet.', { hint: 'luci test' });
  const runs = wanted.map((name) => newestRun(logsFolder, name, suite)).map(({ run, tiers, answers }) => ({ run, tiers, cases: answers }));
  if (models.length === 0) runs.sort((a, b) => (a.run.nativeTier ?? 0) - (b.run.nativeTier ?? 0));
  // The charts are loaded when a page is made.
  const { htmlReport } = await import('./html-report.ts');
  await write(path, htmlReport(publishable(runs, privatePaths), new Date().toISOString().slice(0, 10)));
  if (junitPath !== undefined) await writeJunit(junitPath, runs, privatePaths);
  return { path, models: wanted };
}

/** Writes JUnit XML. */
export async function writeJunit(path: string, results: readonly ReportedRun[], privatePaths: readonly PrivatePath[] = []): Promise<void> {
  const { junitReport } = await import('./junit.ts');
  await write(path, junitReport(publishable(results, privatePaths)));
}

async function write(path: string, text: string): Promise<void> {
  await writeFileAtomic(resolve(path), text).catch((error: unknown) => {
    throw diskError(error, path, 'write a report');
  });
}
