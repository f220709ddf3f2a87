import type { Tier } from '../base/model.ts';
import type { TestRecord } from '../store/test-records.ts';
import { isProven } from './choose-installed.ts';
import type { Fit } from './fit.ts';

/** Which models suit this machine best. Pure. */

/** What a model is wanted for. */
export type Purpose = 'chat' | 'code' | 'tools' | 'json';

/** A model that may be recommended. */
export interface Candidate {
  readonly name: string;
  readonly tier: Tier;
  readonly purposes: readonly string[];
  readonly parametersB: number;
  readonly sizeBytes: number;
  /** Whether the size is stated, not reckoned from the parameters. */
  readonly isSizeKnown: boolean;
  readonly fits: Fit;
  readonly isInstalled: boolean;
  /** What tests have proven of the installed bytes. */
  readonly proven: TestRecord | undefined;
  readonly tokensPerSecond: number;
}

/** Slower than this nobody waits for an answer; people read about seven tokens a second. */
const minTokensPerSecond = 3;
const readingTokensPerSecond = 7;
/** Left free on the disk. */
const reservedDiskBytes = 1e9;

/**
 * Of the bytes that threads can read, how many generation reads: the arithmetic and the KV cache take the rest. Measured with three
 * models, docs/performance.md.
 */
export const generationShare = 0.6;

/**
 * Tokens a second of a model: each generated token reads all weights once, so memory bounds it (for a mixture of experts the weights at
 * work). `bytesPerSecond` is what generation reads, see {@link generationShare}.
 */
export function estimateTokensPerSecond(
  { sizeBytes, parametersB, activeParametersB = parametersB }: { sizeBytes: number; parametersB: number; activeParametersB?: number },
  bytesPerSecond: number,
): number {
  return bytesPerSecond / (sizeBytes * Math.min(1, activeParametersB / parametersB));
}

/** The models that fit, have room on the disk and answer in time, the best first: proven before told, then tier, then size. */
export function rankModels<C extends Candidate>(candidates: readonly C[], purpose: Purpose, freeDiskBytes: number): readonly C[] {
  return candidates
    .filter(
      (candidate) =>
        suits(candidate, purpose) &&
        candidate.fits !== 'no' &&
        candidate.tokensPerSecond >= minTokensPerSecond &&
        (candidate.isInstalled || candidate.sizeBytes + reservedDiskBytes <= freeDiskBytes),
    )
    .sort((a, b) => compare(rankOf(b, purpose), rankOf(a, purpose)));
}

/** JSON is forced by a grammar: what follows instructions will do. */
const wantedPurpose = { chat: 'chat', code: 'code', tools: 'tools', json: 'instruct' } as const;

function suits({ purposes }: Candidate, purpose: Purpose): boolean {
  // What thinks at length about everything is no help in filling a form.
  if (purpose === 'json' && purposes[0] === 'reasoning') return false;
  return purposes.includes(wantedPurpose[purpose]) && !purposes.includes('base');
}

/** The first number that differs decides. */
function rankOf({ proven, tier, fits, tokensPerSecond, parametersB }: Candidate, purpose: Purpose): readonly number[] {
  const shown = proven && isProven(proven, { ability: purpose === 'chat' ? undefined : purpose }) ? proven.tier + 1 : 0;
  return [shown === 0 && proven ? -1 : shown, fits === 'yes' ? 1 : 0, tokensPerSecond >= readingTokensPerSecond ? 1 : 0, tier, parametersB];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
