import type { TierResult } from '../result.ts';

/** The highest tier that was passed without a gap from 0. What is asked as a diagnosis does not count. */
export function heldTier(tiers: readonly Pick<TierResult, 'tier' | 'mode' | 'verdict'>[]): number {
  const gap = tiers.findIndex(({ tier, mode, verdict }, place) => tier !== place || mode !== 'graded' || verdict !== 'pass');
  return (gap === -1 ? tiers.length : gap) - 1;
}
