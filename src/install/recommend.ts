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

/** Bytes of weights a core computes with in a second: measured with three models of 4 bits on a core with AVX-512, docs/performance.md. */
const coreBytesPerSecond = 6e9;
/** Of the speed of the memory what generation reaches; the KV cache and the waits between layers take the rest. */
const memoryShare = 0.85;

/** Bytes of weights a second that generation reads: what the cores compute or the memory gives, whichever is less. */
export function weightBytesPerSecond(memoryBytesPerSecond: number, cores: number): number {
  return Math.min(cores * coreBytesPerSecond, memoryBytesPerSecond * memoryShare);
}

/**
 * Tokens a second of a model: each generated token reads all weights once (of a mixture of experts those at work), so it is the bytes
 * read a second over the bytes of the file. `bytesPerSecond`: see {@link weightBytesPerSecond}.
 */
export function estimateTokensPerSecond(model: Sized, bytesPerSecond: number): number {
  return bytesPerSecond / bytesPerToken(model);
}

/** Bytes of weights that are read for a token. */
export function bytesPerToken({ sizeBytes, parametersB, activeParametersB = parametersB }: Sized): number {
  return sizeBytes * Math.min(1, activeParametersB / parametersB);
}

/** What of a model its speed follows from. */
interface Sized {
  readonly sizeBytes: number;
  readonly parametersB: number;
  readonly activeParametersB?: number;
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
