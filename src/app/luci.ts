import type { Agent, AgentOptions } from '../agent/agent.ts';
import type { Model } from '../base/model.ts';
import type { Catalog, CatalogProblem } from '../catalog/load-catalog.ts';
import type { Directories } from '../config/directories.ts';
import type { Settings } from '../config/settings.ts';
import type { PartialInfo } from '../download/partial.ts';
import type { LoadEvent, OpenOptions, Session } from '../engine/engine.ts';
import type { HostEngine } from '../engine/host/host-engine.ts';
import type { MachineFacts } from '../engine/machine.ts';
import type { InstallOptions } from '../install/carry-out.ts';
import type { ListedModel, Need, UsableModel } from '../install/choose-installed.ts';
import type { Fit } from '../install/fit.ts';
import type { ImportOptions, InspectedFile } from '../install/import-file.ts';
import type { VerifiedModel } from '../install/installer.ts';
import type { InstallPlan } from '../install/plan.ts';
import type { InstallTarget } from '../install/targets.ts';
import type { RepairOptions, VerifyOptions } from '../install/verify.ts';
import type { LedgerEntry, Net } from '../net/net.ts';
import type { InstalledModel } from '../store/installed-model.ts';
import type { Store } from '../store/store.ts';
import type { ReportOptions } from '../tiers/report/write-report.ts';
import type { ModelResult } from '../tiers/result.ts';
import type { ReadLog } from '../tiers/run-log.ts';
import type { ModelOpener } from './open-model.ts';
import type { Runtimes } from './runtimes.ts';
import type { TestingVerbs } from './testing/finished-runs.ts';
import type { TestOptions } from './testing/options.ts';
import type { Upkeep } from './upkeep.ts';

/** What luci is to commands and programs: one object that does everything. */

/** A model of the catalogue, and how it stands on this machine. */
export interface CatalogedModel {
  readonly model: Model;
  readonly installed: ListedModel | undefined;
  /** Bytes of all files; an estimate from the parameters when `isSizeKnown` is false. */
  readonly sizeBytes: number;
  readonly isSizeKnown: boolean;
  /** Memory at {@link usualContextLength}. */
  readonly memoryBytes: number;
  readonly fits: Fit;
}

/** All that is known of one model. */
export interface DescribedModel {
  readonly name: string;
  readonly cataloged: CatalogedModel | undefined;
  readonly installed: ListedModel | undefined;
}

/** Everything luci can do. Dispose it to let go of the engine process. */
export interface Luci extends AsyncDisposable, Upkeep, Omit<ModelOpener, 'open' | 'findRemote'> {
  readonly settings: Settings;
  readonly directories: Directories;
  readonly net: Net;
  readonly store: Store;
  readonly engine: HostEngine;
  catalog(): Promise<Catalog>;
  /** Entries of the user's own catalogue that are left out; empty as long as nothing needed the catalogue. */
  catalogProblems(): readonly CatalogProblem[];
  machine(): Promise<MachineFacts>;
  list(): Promise<readonly ListedModel[]>;
  /** Every model of the catalogue, with how it stands here. */
  cataloged(): Promise<readonly CatalogedModel[]>;
  /** One model, installed or of the catalogue; MODEL_UNKNOWN otherwise. */
  describe(reference: string): Promise<DescribedModel>;
  /** Names of installed models for names and groups (`all`, `tier 1`, `core models`); a name that is not installed is an error. */
  installedNames(references: readonly string[]): Promise<readonly string[]>;
  partials(): Promise<readonly PartialInfo[]>;
  /** The catalogue's models for names, or MODEL_UNKNOWN with the nearest. */
  resolve(names: readonly string[]): Promise<readonly Model[]>;
  /**
   * What the words after `install` stand for: names, `tier 1`, `core models`, `all models`, `owner/repo:Q4_K_M`, addresses, paths.
   * With `update` the pins of first installs are passed over.
   */
  targets(references: readonly string[], options?: { update?: boolean; signal?: AbortSignal }): Promise<readonly InstallTarget[]>;
  /** What installing would do. Reads the disk, asks the sources for sizes nobody stated, fetches nothing. */
  plan(models: readonly Model[], options?: { signal?: AbortSignal }): Promise<InstallPlan>;
  install(model: Model, options?: InstallOptions): Promise<InstalledModel>;
  /** Takes over a `.gguf` file of this machine; the original is only read. */
  importFile(path: string, options?: Pick<ImportOptions, 'copy' | 'signal' | 'onEvent'>): Promise<InstalledModel>;
  /** Looks whether a path is a model that could be taken over, and how large it is. */
  inspectFile(path: string, signal?: AbortSignal): Promise<InspectedFile>;
  /** Reads every byte of an installed model and compares its digests. */
  verify(reference: string, options?: VerifyOptions): Promise<VerifiedModel>;
  /** Fetches again what a check found bad. */
  repair(verified: VerifiedModel, options?: RepairOptions): Promise<InstalledModel>;
  /** Puts installed models to the tiers; see docs/testing.md. */
  test(options?: TestOptions): Promise<readonly ModelResult[]>;
  /** The newest test run of an installed model. */
  newestTest(reference: string): Promise<ReadLog>;
  /** Writes an HTML page of the newest runs of these models (default: all that were tested); without a path it goes beside the logs. */
  writeReport(
    options?: Pick<ReportOptions, 'path' | 'junitPath' | 'models'>,
  ): Promise<{ readonly path: string; readonly models: readonly string[] }>;
  writeJunit(path: string, results: readonly ModelResult[]): Promise<void>;
  /** Comparing, rescoring, merging and certifying of test runs. */
  testingVerbs(): Promise<TestingVerbs>;
  /** Fetching, adding and removing of programs that run models. */
  runtimes(): Promise<Runtimes>;
  /** Every connection on record, the oldest first. */
  requests(): readonly LedgerEntry[];
  /** The installed model for a name, a path, or none named: the default, else the best enabled one that fits. */
  choose(reference?: string, need?: Need): Promise<UsableModel>;
  /** The installed model a name, an alias or a reference stands for; MODEL_NOT_INSTALLED or MODEL_UNKNOWN otherwise. */
  installed(reference: string): Promise<InstalledModel>;
  open(reference?: string, options?: OpenOptions): Promise<Session>;
  agent(options: Omit<AgentOptions, 'openModel'> & { readonly model?: string; readonly onLoad?: (event: LoadEvent) => void }): Agent;
}
