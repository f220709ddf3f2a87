import { join } from 'node:path';
import type { Directories } from '../../config/directories.ts';
import type { Settings } from '../../config/settings.ts';
import type { MachineFacts } from '../../engine/machine.ts';
import type { Store } from '../../store/store.ts';
import type { Comparison, SeedComparison } from '../../tiers/compare-runs.ts';
import { testedModels } from '../../tiers/find-run.ts';
import type { LintReport } from '../../tiers/own/lint.ts';
import type { ReportOptions } from '../../tiers/report/write-report.ts';
import type { Rescored } from '../../tiers/rescore.ts';
import type { ModelResult } from '../../tiers/result.ts';
import type { ReadLog } from '../../tiers/run-log.ts';
import type { Aliases } from '../aliases.ts';
import type { Installs } from '../installs.ts';
import type { Luci } from '../luci.ts';
import type { Models } from '../models.ts';
import type { Remotes } from '../remotes.ts';
import type { Runtimes } from '../runtimes.ts';
import type { CheckedCertificate, CheckOptions, TrustedKey } from './certificates.ts';
import type { FinishedRuns, MergedRun, RescoreOptions, RunChoice, RunReference } from './finished-runs.ts';
import type { OneRun, RunOverview } from './kept-runs.ts';
import type { PublicKey } from './key-ring.ts';
import { digestOf, installedDigest } from './model-digest.ts';
import type { TestingTools, TestOptions } from './options.ts';

/** What models can do, shown by tests, and what is done with tests that are over. */

/** `luci.tests` */
export interface Tests {
  /** Puts installed models to the tiers; see docs/testing.md. */
  run(options?: TestOptions): Promise<readonly ModelResult[]>;
  /** The newest test run of a model with the ladder, or with a suite of the user's. */
  newest(reference: string, choice?: RunChoice): Promise<ReadLog>;
  /** What the runs on record came to, the newest first; 50 at most. */
  runs(): Promise<readonly RunOverview[]>;
  /** One of them with its answers. No folder of the user's stands in their texts. Throws NOT_FOUND. */
  oneRun(id: string): Promise<OneRun>;
  /** Writes an HTML page of the newest runs of these models (default: all that were tested); without a path it goes beside the logs. */
  report(
    options?: Pick<ReportOptions, 'path' | 'junitPath' | 'models' | 'suite'>,
  ): Promise<{ readonly path: string; readonly models: readonly string[] }>;
  /** Writes results as JUnit XML. */
  junit(path: string, results: readonly ModelResult[]): Promise<void>;
  /** Two runs; the same model with the public and another seed, or one name for these two, is a question of its own. */
  compare(first: RunReference, second?: RunReference, choice?: RunChoice): Promise<Comparison | SeedComparison>;
  /** Grades the answers of a run anew; returns the verdicts that change. A run of a user's own suite takes the file of it. */
  rescore(reference: RunReference, options?: RescoreOptions): Promise<readonly Rescored[]>;
  /** What is wrong with a user's own suite, case by case. Throws USAGE for a file that has not the form of one. */
  lint(path: string, signal?: AbortSignal): Promise<LintReport>;
  /** One log out of several of the same model, suite and seed: shards, other machines. Says what is missing. */
  merge(paths: readonly string[]): Promise<MergedRun>;
  /**
   * Writes a certificate a tier beside the logs; returns their paths. The answers are graded again first: DIGEST_MISMATCH where the log
   * says other verdicts, TESTS_INCOMPLETE for a run that asked no tier as a whole.
   */
  certify(reference: RunReference, options?: RescoreOptions): Promise<readonly string[]>;
  /** What a certificate says, whose key signed it, and whether it is of the bytes that are installed here. */
  checkCertificate(path: string, options?: CheckOptions): Promise<CheckedCertificate>;
  /** The public half of the key this machine signs with; made on first use. */
  key(): Promise<PublicKey>;
  /** Trusts the key of a file: of a certificate, or what `key` gave on another machine. */
  trust(path: string): Promise<TrustedKey>;
}

/** What tests work with. */
export interface TestsOptions {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly store: Store;
  readonly models: Models;
  readonly installs: Installs;
  readonly remotes: Remotes;
  readonly aliases: Pick<Aliases, 'meant'>;
  readonly runtimes: Runtimes;
  readonly machine: () => Promise<MachineFacts>;
  readonly open: Luci['open'];
}

/** The tests of a home folder. */
export function createTests(options: TestsOptions): Tests {
  const { settings, directories, models, aliases, remotes, runtimes } = options;
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
    findRemote: async (reference) => remotes.find(await aliases.meant(reference)),
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
    async newest(reference, { suite } = {}) {
      const isTested = testedModels(logsFolder).includes(reference);
      const name = isTested ? reference : (await models.installed(reference)).name;
      return (await finishedRuns()).findRun(logsFolder, name, suite);
    },
    runs: async () => (await keptRuns()).runsIn(logsFolder),
    oneRun: async (id) => (await keptRuns()).oneRunIn(logsFolder, id, privatePaths),
    async report({ models: references = [], suite, ...where } = {}) {
      const suiteName = (await finishedRuns()).suiteNamed(suite);
      const { writeReport } = await reports();
      return writeReport({ ...where, suite: suiteName, logsFolder, models: await testedNames(references), privatePaths });
    },
    junit: async (path, results) => (await reports()).writeJunit(path, results, privatePaths),
    compare: async (first, second, choice) => (await finishedRuns()).compare(runs, first, second, choice),
    rescore: async (reference, how) => (await finishedRuns()).rescore(runs, reference, how),
    lint: async (path, signal) => (await finishedRuns()).lint(runs, path, signal),
    merge: async (paths) => (await finishedRuns()).merge(runs, paths),
    certify: async (reference, how) => (await certificates()).certify(runs, reference, how),
    checkCertificate: async (path, how) =>
      (await certificates()).checkCertificate(
        { keysFolder: directories.keys, installedDigest: (name) => installedDigest(name, options) },
        path,
        how,
      ),
    key: async () => (await import('./key-ring.ts')).ownPublicKey(directories.keys),
    trust: async (path) => (await certificates()).trust(runs, path),
  };
}

const reports = () => import('../../tiers/report/write-report.ts');
const finishedRuns = () => import('./finished-runs.ts');
const keptRuns = () => import('./kept-runs.ts');
const certificates = () => import('./certificates.ts');
