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
  /** The turn that the chat goes on after. */
  readonly place: string | null;
}

/** An event of POST /luci/chats/ID/answers. */
export type AnswerUpdate =
  /** The question as it was kept, where one was sent. */
  | { readonly type: 'question'; readonly turn: WireTurn }
  /** The answer gets this id when it is kept, whole or half. */
  | { readonly type: 'begin'; readonly id: string }
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | { readonly type: 'end'; readonly turn: WireTurn; readonly contextLength: number | null }
  | { readonly type: 'error'; readonly error: WireError };
