import type { Tier } from '../../base/model.ts';
import type { Suite } from '../../tiers/suite.ts';
import type { TestedModel, TestOptions } from './options.ts';

/** Which tiers are asked, and what for. */
interface AskedTiers {
  /** The last that counts. */
  readonly wantedTier: Tier;
  /** The tier that must be held. */
  readonly requiredTier: Tier;
  readonly lastTier: Tier;
}

/** A model of unknown size climbs until a tier is not passed, and has to hold tier 0. */
export function tiersOf(suite: Suite, model: TestedModel, { minTier, tier, caseIds }: TestOptions): AskedTiers {
  const highest = (suite.tiers.at(-1) ?? 0) as Tier;
  if (!suite.isLadder) return { wantedTier: highest, requiredTier: highest, lastTier: highest };
  // Cases that are named are asked wherever they are.
  const named = caseIds && suite.tiers.findLast((each) => suite.casesOf(each).some(({ id }) => caseIds.includes(id)));
  if (named !== undefined) return { wantedTier: named, requiredTier: 0, lastTier: named };
  const nativeTier = nativeTierOf(model);
  const wantedTier = (minTier ?? nativeTier ?? tier ?? highest) as Tier;
  const lastTier = (tier ?? Math.max(wantedTier, nativeTier ?? 0)) as Tier;
  return { wantedTier, requiredTier: (minTier ?? nativeTier ?? 0) as Tier, lastTier };
}

/** Of a model elsewhere nobody here knows what it is made for. */
export function nativeTierOf({ entry, remote }: Pick<TestedModel, 'entry' | 'remote'>): Tier | undefined {
  return entry?.tier ?? (remote ? undefined : 0);
}
