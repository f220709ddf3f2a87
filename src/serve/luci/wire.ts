import type { Tier } from '../../base/model.ts';

/** What luci's own routes answer, for the page and for programs. Types alone. */

export type Fits = 'yes' | 'tight' | 'no';

/** An installed model. */
export interface InstalledEntry {
  readonly name: string;
  readonly enabled: boolean;
  readonly isDefault: boolean;
  /** What is wrong with its file. */
  readonly problem: string | null;
  readonly kind: string;
  readonly sizeBytes: number;
  readonly memoryBytes: number;
  readonly fits: Fits;
  readonly tier: Tier | null;
  /** The highest tier that tests have proven; -1 for none held. */
  readonly provenTier: number | null;
  readonly quantization: string | null;
  readonly contextLength: number | null;
}

/** A model of the catalogue. */
export interface CatalogueEntry {
  readonly name: string;
  readonly family: string;
  readonly tier: Tier;
  readonly purposes: readonly string[];
  readonly parametersB: number;
  readonly quantization: string;
  readonly license: string;
  readonly sizeBytes: number;
  readonly isSizeKnown: boolean;
  readonly memoryBytes: number;
  readonly fits: Fits;
  readonly isInstalled: boolean;
  /** Bytes of a download that was stopped. */
  readonly partialBytes: number | null;
}

/** GET /luci/models */
export interface ModelsAnswer {
  readonly installed: readonly InstalledEntry[];
  readonly catalogue: readonly CatalogueEntry[];
}

/** GET /luci/remote-models: models of endpoints elsewhere, as they were listed last. */
export interface RemoteModelsAnswer {
  readonly models: readonly {
    /** As it is asked: `NAME/model`. */
    readonly name: string;
    /** Where its endpoint is. */
    readonly host: string;
    readonly contextLength: number;
  }[];
}

/** GET /luci/recommended */
export interface RecommendedAnswer {
  readonly models: readonly {
    readonly name: string;
    readonly tier: Tier;
    readonly sizeBytes: number;
    readonly fits: Fits;
    readonly isInstalled: boolean;
    readonly tokensPerSecond: number;
    readonly isMeasured: boolean;
  }[];
}

/** An event of POST /luci/installs. */
export type InstallUpdate =
  | {
      readonly type: 'progress';
      readonly file: string;
      readonly phase: string;
      readonly receivedBytes: number;
      readonly totalBytes: number | null;
      readonly bytesPerSecond: number;
    }
  | { readonly type: 'installed' | 'paused' }
  | { readonly type: 'error'; readonly error: WireError };

/** What went wrong. */
export interface WireError {
  readonly message: string;
  readonly code?: string | null;
  readonly hint?: string;
}

/** GET /luci/machine */
export interface MachineAnswer {
  readonly version: string;
  readonly offline: boolean;
  readonly totalMemoryBytes: number;
  readonly freeMemoryBytes: number;
  readonly freeDiskBytes: number;
  readonly cores: number;
  readonly queue: { readonly running: number; readonly waiting: number };
  /** Null where no engine process runs. */
  readonly engine: { readonly memoryBytes: number; readonly models: readonly LoadedEntry[] } | null;
  /** Connections that left this machine, the newest first. */
  readonly connections: readonly {
    readonly time: string;
    readonly host: string;
    readonly purpose: string;
    readonly bytesReceived: number;
    readonly outcome: string;
  }[];
}

/** A model in memory. */
export interface LoadedEntry {
  readonly name: string;
  readonly memoryBytes: number;
  readonly engine: string;
  readonly device: string;
  readonly contextLength: number;
  readonly requests: number;
  readonly idleSeconds: number;
}

/** POST /luci/doctor */
export interface DoctorAnswer {
  readonly findings: readonly {
    readonly topic: string;
    readonly state: 'good' | 'note' | 'wrong';
    readonly text: string;
    readonly fix: string | null;
  }[];
}

/** A turn of a chat; see docs/serving.md. */
export interface WireTurn {
  readonly id: string;
  readonly parent: string | null;
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
  readonly thinking?: string;
  readonly files?: readonly { readonly name: string; readonly text: string }[];
  readonly model?: string;
  readonly end?: string;
  readonly continues?: boolean;
  readonly contextTokens?: number;
  readonly tokens?: number;
  readonly tokensPerSecond?: number;
  readonly at: string;
}

/** GET /luci/chats */
export interface ChatsAnswer {
  readonly chats: readonly { readonly id: string; readonly title: string; readonly turns: number; readonly updatedAt: string }[];
}

/** GET /luci/chats/ID */
export interface ChatAnswer {
  readonly id: string;
  readonly title: string;
  readonly turns: readonly WireTurn[];
  /** The answer that is being made in it; GET /luci/chats/ID/answers/ANSWER tells it. */
  readonly answering: string | null;
  /** The turn that the chat goes on after. */
  readonly place: string | null;
}

/** An event of an answer in a chat. They are numbered: a client that says `Last-Event-ID` is told what comes after it. */
export type AnswerUpdate =
  /** The question as it was kept, where one was sent. */
  | { readonly type: 'question'; readonly turn: WireTurn }
  /** The answer gets this id when it is kept, whole or half; it comes after the turn `parent`. */
  | { readonly type: 'begin'; readonly id: string; readonly parent: string | null }
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'end'; readonly turn: WireTurn; readonly contextLength: number | null }
  | { readonly type: 'error'; readonly error: WireError };

type Verdict = 'pass' | 'fail' | 'incomplete';

/** How a tier went; percent and the 95 % interval are of the answers that are no errors. */
export interface TestTierEntry {
  readonly tier: Tier;
  readonly name: string;
  /** A diagnosis counts for nothing. */
  readonly isCounted: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  readonly percent: number;
  readonly interval: readonly [number, number];
  readonly verdict: Verdict;
  readonly words: string;
}

/** A test run on record. */
export interface TestRunEntry {
  readonly id: string;
  readonly model: string;
  readonly quantization: string;
  readonly startedAt: string;
  readonly suite: string;
  readonly seed: string;
  readonly repeats: number;
  readonly engine: string;
  readonly device: string;
  readonly verdict: Verdict;
  /** As in "holds tier 1". */
  readonly words: string;
  /** False for one that is under way or was cut off. */
  readonly isEnded: boolean;
  readonly tokensPerSecond: number;
  readonly tiers: readonly TestTierEntry[];
}

/** An answer to a case, without its text. */
export interface TestCaseEntry {
  /** Stands for it in its run. */
  readonly key: string;
  readonly tier: Tier;
  readonly caseId: string;
  readonly variant: number;
  /** `error` is luci's own, never the model's. */
  readonly status: 'pass' | 'fail' | 'error';
  readonly reason: string | null;
  readonly seconds: number;
  readonly tokens: number;
}

/** GET /luci/tests: the newest 50 runs, the newest first. */
export interface TestsAnswer {
  readonly running: { readonly model: string } | null;
  readonly runs: readonly TestRunEntry[];
}

/** GET /luci/tests/ID */
export interface TestRunAnswer {
  readonly run: TestRunEntry;
  readonly cases: readonly TestCaseEntry[];
}

/** GET /luci/tests/ID/cases/KEY */
export interface TestCaseAnswer extends TestCaseEntry {
  readonly evidence: string | null;
  /** Whether it would pass without its first or its last line; never counted. */
  readonly loosePass: boolean;
  readonly cutAtTokens: number | null;
  readonly turns: readonly {
    readonly user: string;
    readonly text: string;
    readonly thinking: string | null;
    readonly calls: readonly { readonly name: string; readonly args: unknown; readonly isError: boolean; readonly content: string }[];
  }[];
}

/** An event of GET /luci/tests/events. */
export type TestUpdate =
  | { readonly type: 'start'; readonly model: string; readonly tier: Tier | null; readonly repeats: number }
  /** The model is loaded; `reused` answers are there from a run that was cut off. */
  | { readonly type: 'begin'; readonly id: string; readonly estimatedSeconds: number; readonly reused: number }
  | { readonly type: 'asking'; readonly tier: Tier; readonly caseId: string; readonly done: number; readonly total: number }
  | { readonly type: 'case'; readonly case: TestCaseEntry }
  | { readonly type: 'tier'; readonly tier: TestTierEntry }
  | { readonly type: 'ended'; readonly words: string; readonly verdict: Verdict }
  | { readonly type: 'cancelled' }
  | { readonly type: 'error'; readonly error: WireError };
