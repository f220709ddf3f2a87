import { join } from 'node:path';
import type { Directories } from '../../config/directories.ts';
import type { Settings } from '../../config/settings.ts';
import type { MachineFacts } from '../../engine/machine.ts';
import type { Store } from '../../store/store.ts';
import type { Certificate } from '../../tiers/certificate.ts';
import type { Comparison, SeedComparison } from '../../tiers/compare-runs.ts';
import { newestRun, testedModels } from '../../tiers/find-run.ts';
import type { LintReport } from '../../tiers/own/lint.ts';
import type { ReportOptions } from '../../tiers/report/write-report.ts';
import type { Rescored } from '../../tiers/rescore.ts';
import type { ModelResult } from '../../tiers/result.ts';
import type { ReadLog } from '../../tiers/run-log.ts';
import type { Installs } from '../installs.ts';
import type { Luci } from '../luci.ts';
import type { Models } from '../models.ts';
import type { Remotes } from '../remotes.ts';
import type { Runtimes } from '../runtimes.ts';
import type { FinishedRuns, RescoreOptions, RunReference } from './finished-runs.ts';
import { digestOf } from './model-digest.ts';
import type { TestingTools, TestOptions } from './options.ts';

/** What models can do, shown by tests, and what is done with tests that are over. */

/** `luci.tests` */
export interface Tests {
  /** Puts installed models to the tiers; see docs/testing.md. */
  run(options?: TestOptions): Promise<readonly ModelResult[]>;
  /** The newest test run of an installed model. */
  newest(reference: string): Promise<ReadLog>;
  /** Writes an HTML page of the newest runs of these models (default: all that were tested); without a path it goes beside the logs. */
  report(
    options?: Pick<ReportOptions, 'path' | 'junitPath' | 'models'>,
  ): Promise<{ readonly path: string; readonly models: readonly string[] }>;
  /** Writes results as JUnit XML. */
  junit(path: string, results: readonly ModelResult[]): Promise<void>;
  /** Two runs; the same model with the public and another seed, or one name for these two, is a question of its own. */
  compare(first: RunReference, second?: RunReference): Promise<Comparison | SeedComparison>;
  /** Grades the answers of a run anew; returns the verdicts that change. A run of a user's own suite takes the file of it. */
  rescore(reference: RunReference, options?: RescoreOptions): Promise<readonly Rescored[]>;
  /** What is wrong with a user's own suite, case by case. Throws USAGE for a file that has not the form of one. */
  lint(path: string, signal?: AbortSignal): Promise<LintReport>;
  /** One log out of several of the same model, suite and seed: shards, other machines. Returns its path. */
  merge(paths: readonly string[]): Promise<{ readonly path: string; readonly answers: number }>;
  /** Writes a certificate a tier beside the logs; returns their paths. TESTS_INCOMPLETE for a run that asked no tier as a whole. */
  certify(reference: RunReference): Promise<readonly string[]>;
  /** What a certificate says, its signature checked. */
  checkCertificate(path: string): Promise<Certificate>;
}

/** What tests work with. */
export interface TestsOptions {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly store: Store;
  readonly models: Models;
  readonly installs: Installs;
  readonly remotes: Remotes;
  readonly runtimes: Runtimes;
  readonly machine: () => Promise<MachineFacts>;
  readonly open: Luci['open'];
}

/** The tests of a home folder. */
export function createTests(options: TestsOptions): Tests {
  const { settings, directories, models, remotes, runtimes } = options;
  const { userFolder } = settings.system;
  const logsFolder = join(directories.logs, 'test');
  // Reports are passed on: no folder of the user's stands in them.
  const privatePaths = [
    { path: settings.home, shownAs: 'LUCI_HOME' },
    ...(userFolder === undefined ? [] : [{ path: userFolder, shownAs: '~' }]),
  ];
  const runs: FinishedRuns = { logsFolder, keysFolder: directories.keys, pythonFolder: runtimes.pythonFolder };
  const tools: TestingTools = {
    stateFolder: directories.state,
    logsFolder,
    list: models.list,
    installedNames: models.installedNames,
    findRemote: remotes.find,
    digestOf: (name, signal) => digestOf(name, options, signal),
    open: options.open,
    machine: options.machine,
    pythonFolder: runtimes.pythonFolder,
  };
  /** Names as they stand in logs: a model that was tested need not be installed any more. */
  const testedNames = async (references: readonly string[]): Promise<readonly string[]> => {
    const tested = new Set(testedModels(logsFolder));
    const names: string[] = [];
    for (const reference of references) names.push(...(tested.has(reference) ? [reference] : await models.installedNames([reference])));
    return names;
  };
  return {
    async run(how) {
      const { testModels } = await import('./test-models.ts');
      return testModels(tools, how);
    },
    async newest(reference) {
      const isTested = testedModels(logsFolder).includes(reference);
      return newestRun(logsFolder, isTested ? reference : (await models.installed(reference)).name);
    },
    async report({ models: references = [], ...where } = {}) {
      const { writeReport } = await reports();
      return writeReport({ ...where, logsFolder, models: await testedNames(references), privatePaths });
    },
    junit: async (path, results) => (await reports()).writeJunit(path, results, privatePaths),
    compare: async (first, second) => (await finishedRuns()).compare(runs, first, second),
    rescore: async (reference, how) => (await finishedRuns()).rescore(runs, reference, how),
    lint: async (path, signal) => (await finishedRuns()).lint(runs, path, signal),
    merge: async (paths) => (await finishedRuns()).merge(runs, paths),
    certify: async (reference) => (await finishedRuns()).certify(runs, reference),
    checkCertificate: async (path) => (await finishedRuns()).checkCertificate(path),
  };
}

const reports = () => import('../../tiers/report/write-report.ts');
const finishedRuns = () => import('./finished-runs.ts');
