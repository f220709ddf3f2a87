import { createHash } from 'node:crypto';
import type { CaseDefinition, Instance } from './case.ts';
import { tier0 } from './cases/tier0.ts';
import { tier1 } from './cases/tier1.ts';
import { tier2 } from './cases/tier2.ts';
import { tier3 } from './cases/tier3.ts';
import { graderVersion } from './grade/grade.ts';
import { seededRandom } from './random.ts';

/** The built-in suite: the ladder of tiers. */

/** A tier's number. */
export type TierNumber = 0 | 1 | 2 | 3;

/** Goes up with every change that may change a verdict. */
export const suiteVersion = '1.0.0';

const tiers: readonly (readonly CaseDefinition[])[] = [tier0, tier1, tier2, tier3];

/** The cases of a tier, in the order they are asked. */
export function casesOf(tier: TierNumber): readonly CaseDefinition[] {
  return tiers[tier] ?? [];
}

/** The highest tier there are cases for. */
export const highestTier = (tiers.length - 1) as TierNumber;

/** The same seed and variant give the same instance, byte for byte, everywhere. */
export function instanceOf({ id, generate }: CaseDefinition, seed: string, variant: number): Instance {
  return generate(seededRandom(`luci-tiers/${suiteVersion}/${id}/${seed}/${variant}`));
}

let hash: string | undefined;

/** Six digits that stand for every prompt and every grader; results of different hashes are never averaged. */
export function suiteHash(): string {
  hash ??= createHash('sha256')
    .update(
      JSON.stringify({
        suiteVersion,
        graderVersion,
        cases: tiers
          .flat()
          .map((definition) => [definition.id, definition.maxTokens, instanceOf(definition, 'hash', 0), instanceOf(definition, 'hash', 1)]),
      }),
    )
    .digest('hex')
    .slice(0, 6);
  return hash;
}
