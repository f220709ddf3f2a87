import type { ToolFacts } from '../agent/tool.ts';
import type { Tier } from '../base/model.ts';
import type { Language } from './case.ts';

/** What a test run comes to, as it is kept and shown. */

/** `error` is ours (engine, sandbox, budget), never counted as the model's failure. */
export type Status = 'pass' | 'fail' | 'error';

/** One answer to one case. */
export interface CaseResult {
  /** Stands for everything the answer depends on; the same key is not asked twice. */
  readonly key: string;
  readonly tier: Tier;
  readonly mode: 'graded' | 'diagnostic';
  readonly caseId: string;
  /** What it measures; missing in older logs. */
  readonly ability?: string;
  readonly variant: number;
  readonly status: Status;
  /** Why it failed, in words. */
  readonly reason?: string;
  /** What kind of error, where it is counted apart: `budget` is a model that thinks on beyond what it may. */
  readonly errorKind?: 'budget';
  readonly evidence?: string;
  /** Whether it would pass with an opening or a closing sentence taken away; logged, never counted. */
  readonly loosePass: boolean;
  /** The budget an answer was cut at, in tokens; left out where none was. */
  readonly cutAtTokens?: number;
  readonly turns: readonly TurnResult[];
  readonly generatedTokens: number;
  /** Tokens of all prompts, and how many of them the engine still had. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
  /** Tokens of earlier prompts of the case that it read once more. */
  readonly rereadTokens: number;
  /** How many threads computed its replies, where the engine says so: another number may change a word now and then. */
  readonly threads?: readonly number[];
  readonly seconds: number;
  /** Of those, until the first token of each reply: reading prompts. */
  readonly promptSeconds: number;
  /** Of those, outside of the engine. */
  readonly overheadSeconds: number;
}

/** One turn of an answer. */
export interface TurnResult {
  readonly user: string;
  readonly text: string;
  readonly thinking?: string;
  readonly calls?: readonly {
    readonly name: string;
    readonly args: unknown;
    readonly isError: boolean;
    readonly content: string;
    readonly facts?: ToolFacts;
  }[];
}

/** How a tier went. */
export interface TierResult {
  readonly tier: Tier;
  /** What it is called where it is no rung of the ladder: a user's own suite, as in `greetings 1.0.0 (3fa9c1)`. */
  readonly label?: string;
  readonly mode: 'graded' | 'diagnostic';
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  /** Of the errors, those of a model that thought on beyond its budget. */
  readonly budgetErrors: number;
  /** Answers that were cut at their budget; left out in logs of before they were counted. */
  readonly cutAnswers?: number;
  readonly total: number;
  readonly verdict: 'pass' | 'fail' | 'incomplete';
  /** 95 % interval in percent. */
  readonly interval: readonly [number, number];
  readonly confirmed: boolean;
  /** The verdict is of Wald's sequential test (`--fast`, `--sure`): a full run may come to another one. */
  readonly sequential: boolean;
  /** What Wald's test says of a tier that was asked until it said something (`--sure`); `open` where time was over before. */
  readonly sure?: 'pass' | 'fail' | 'open';
  readonly repeats: number;
  /** Different cases among the answers. */
  readonly caseCount: number;
  /** Cases the tier has, where only some were asked (`--case`, `--shard`): then nothing is said of the tier. */
  readonly partOf?: number;
  readonly failedCases: readonly string[];
  /** Cases with an error, which is no wrong answer; left out in logs of before they were told apart. */
  readonly errorCases?: readonly string[];
}

/** What is tested, and on what. Line 1 of a log. */
export interface RunFacts {
  readonly type: 'run';
  readonly version: 1;
  readonly startedAt: string;
  readonly luciVersion: string;
  readonly suite: string;
  readonly suiteHash: string;
  readonly seed: string;
  readonly repeats: number;
  /** Which part of the questions was asked, where several machines share them. */
  readonly shard?: { readonly index: number; readonly count: number };
  readonly model: string;
  readonly modelSha256: string;
  readonly quantization: string;
  /** Missing where nobody knows it: for a model elsewhere. */
  readonly nativeTier?: Tier;
  readonly engine: string;
  readonly device: string;
  readonly contextLength: number;
  /** Generated tokens a second of one answer alone, as measured before the first. Missing in older logs. */
  readonly tokensPerSecond?: number;
  /** What the model is for; a base model continues the questions as text. Missing in older logs and for models elsewhere. */
  readonly modelKind?: 'chat' | 'base' | 'embedding' | 'reranker';
  readonly toolPath: 'grammar' | 'template';
  readonly sampling: { readonly temperature: number; readonly seed: number };
  readonly machine: { readonly system: string; readonly cores: number; readonly memoryBytes: number };
  /** What code is asked for in, where a case can be asked in either; such answers are never compared across languages. */
  readonly language: Language;
  readonly sandboxes: { readonly javascript: boolean; readonly sql: boolean; readonly python?: boolean };
}

/** What answers of one ability came to; errors are not counted. */
export interface AbilityResult {
  readonly name: string;
  readonly passed: number;
  readonly total: number;
  /** At 95 %, in percent. */
  readonly interval: readonly [lower: number, upper: number];
}

/** What a model came to. */
export interface ModelResult {
  readonly run: RunFacts;
  readonly tiers: readonly TierResult[];
  /** The highest tier it holds, counted without gaps from 0; -1 when it does not hold tier 0, or only a part of the cases was asked. */
  readonly provenTier: number;
  /** Whether it holds its native tier, or the one asked for; tier 0 where its own is unknown, four fifths of a part or of another suite. */
  readonly holds: boolean;
  readonly isComplete: boolean;
  readonly tokensPerSecond: number;
  /** Tokens of a text that it can use, where that was asked. */
  readonly effectiveContext?: number;
  /** Of a suite beyond the ladder: what each ability came to. */
  readonly abilities?: readonly AbilityResult[];
  readonly cases: readonly CaseResult[];
}
