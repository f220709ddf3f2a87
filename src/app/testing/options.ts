import type { Sha256, Tier } from '../../base/model.ts';
import type { LoadEvent, OpenOptions, Session } from '../../engine/engine.ts';
import type { MachineFacts } from '../../engine/machine.ts';
import type { ListedModel, UsableModel } from '../../install/choose-installed.ts';
import type { Language } from '../../tiers/case.ts';
import type { QuestionTable } from '../../tiers/own/csv-suite.ts';
import type { ModelResult, RunFacts } from '../../tiers/result.ts';
import type { LadderEvent } from '../../tiers/run/run-ladder.ts';

/** What `luci test` is told, what it tells, and what it works with. */

/** What to test, and how. */
export interface TestOptions {
  /** Default: every installed and enabled model. */
  readonly models?: readonly string[];
  /** Last tier to try (default: the model's own). */
  readonly tier?: Tier;
  /** The tier that must be held (default: the model's own). */
  readonly minTier?: Tier;
  /** Variants of each case (default 1). */
  readonly repeats?: number;
  /** File of a suite of one's own, in place of the tiers. */
  readonly suitePath?: string;
  /** A table of questions and answers, in place of the tiers. */
  readonly table?: QuestionTable;
  /** Default `0`, the comparable one. */
  readonly seed?: string;
  readonly caseIds?: readonly string[];
  /** What code is asked for in (default: Python where it was added, else JavaScript). */
  readonly language?: Language | 'auto';
  readonly all?: boolean;
  readonly fast?: boolean;
  /** Goes on with new variants until the verdicts up to the model's own tier are sure at 95 %, for an hour where `maxMinutes` says nothing else. */
  readonly sure?: boolean;
  /** No new case is begun after so long. */
  readonly maxMinutes?: number;
  readonly shard?: { readonly index: number; readonly count: number };
  /** Questions asked at once (default: two where the engine computes them beside each other, else one). Models here answer alike by any number. */
  readonly parallel?: number;
  /** Asked before a model whose test may take longer than half an hour; a no skips it. */
  readonly confirm?: (model: string, estimatedMs: number) => Promise<boolean>;
  /** Asks everything anew, also what a run that was cut off has answered. */
  readonly fresh?: boolean;
  /** Tokens of the context (default: 8,192, more for models that think). Runs with another are not compared without a word. */
  readonly contextLength?: number;
  /** See {@link OpenOptions.force}. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  /** News of the run, case by case. */
  readonly onEvent?: (event: TestEvent) => void;
  /** News while a model loads. */
  readonly onLoad?: (event: LoadEvent) => void;
}

/** News of a test. */
export type TestEvent =
  | {
      readonly type: 'plan';
      readonly models: readonly string[];
      readonly skipped: readonly string[];
      readonly seed: string;
      readonly repeats: number;
      readonly language: Language;
      /** What is to be known of the questions. */
      readonly notes: readonly string[];
    }
  | {
      readonly type: 'model';
      readonly run: RunFacts;
      /** Whether it is asked the built-in tiers, not a suite of the user's. */
      readonly isLadder: boolean;
      readonly tokensPerSecond: number;
      /** Whether it thinks before it answers. */
      readonly thinks: boolean;
      readonly estimatedMs: number;
      /** No case is begun after so long, where there is a limit. */
      readonly limitMs?: number;
      readonly logPath: string;
      readonly reused: number;
    }
  | (LadderEvent & { readonly model: string })
  | { readonly type: 'model-end'; readonly result: ModelResult };

/** What is known of a model that is tested. One elsewhere has nothing but its name. */
export type TestedModel = Pick<ListedModel, 'name'> & Partial<Pick<ListedModel, 'entry' | 'facts'>> & Pick<UsableModel, 'remote'>;

/** What testing works with. */
export interface TestingTools {
  readonly stateFolder: string;
  readonly logsFolder: string;
  readonly list: () => Promise<readonly ListedModel[]>;
  readonly installedNames: (references: readonly string[]) => Promise<readonly string[]>;
  /** The model elsewhere that a reference names; undefined where it names none. */
  readonly findRemote: (reference: string) => Promise<UsableModel | undefined>;
  /** Of the file; of a model elsewhere, whose bytes nobody sees here, of its address and name. */
  readonly digestOf: (name: string, signal?: AbortSignal) => Promise<Sha256>;
  readonly open: (name: string, options: OpenOptions) => Promise<Session>;
  readonly machine: () => Promise<MachineFacts>;
  /** Folder of Python, where that part was added. */
  readonly pythonFolder: (signal?: AbortSignal) => Promise<string | undefined>;
}
