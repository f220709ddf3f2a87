import { createHash } from 'node:crypto';
import { LuciError } from '../base/errors.ts';
import { allTiers, type Tier } from '../base/model.ts';
import { ladderName } from '../base/suite-name.ts';
import { waysOfAsking } from './asking.ts';
import type { CaseDefinition, CaseFacts, Instance, Language } from './case.ts';
import { tier0 } from './cases/tier0.ts';
import { tier1 } from './cases/tier1.ts';
import { tier2 } from './cases/tier2.ts';
import { tier3 } from './cases/tier3.ts';
import { graderVersion } from './grade/grade.ts';
import { seededRandom } from './random.ts';

/** What a suite is, and the built-in one: the ladder of tiers. */

/** Cases with their instances; where they come from, the runner does not know. */
export interface Suite {
  readonly name: string;
  readonly version: string;
  /** Six digits that stand for every prompt, the tools, the way of asking and every grader; results of different hashes are never averaged. */
  readonly hash: string;
  /** True for the built-in one: only its tiers are proven. */
  readonly isLadder: boolean;
  /** Tokens of the context it is asked with, where the model was trained for so many (default: the usual). */
  readonly contextTokens?: number;
  /** The tiers it has cases for, the lowest first. */
  readonly tiers: readonly Tier[];
  /** The cases of a tier, in the order they are asked. */
  casesOf(tier: Tier): readonly CaseFacts[];
  /** The same seed and variant give the same instance, byte for byte, everywhere; in either language the same task. */
  instanceOf(caseId: string, seed: string, variant: number, language?: Language): Instance;
}

/** Goes up with every change that may change a verdict. */
export const suiteVersion = '2.0.0';

const casesByTier: Readonly<Record<Tier, readonly CaseDefinition[]>> = { 0: tier0, 1: tier1, 2: tier2, 3: tier3 };

/** The cases of a tier, in the order they are asked. */
export function casesOf(tier: Tier): readonly CaseDefinition[] {
  return casesByTier[tier];
}

/** The highest tier there are cases for. */
export const highestTier: Tier = 3;

/** The same seed and variant give the same instance, byte for byte, everywhere; in either language the same task. */
export function instanceOf({ id, generate }: CaseDefinition, seed: string, variant: number, language: Language = 'javascript'): Instance {
  return generate(seededRandom(`${ladderName}/${suiteVersion}/${id}/${seed}/${variant}`), language);
}

/** The ladder as a suite. */
export const ladder: Suite = {
  name: ladderName,
  version: suiteVersion,
  get hash() {
    return suiteHash();
  },
  isLadder: true,
  tiers: allTiers,
  casesOf,
  instanceOf(caseId, seed, variant, language) {
    const definition = allTiers.flatMap(casesOf).find(({ id }) => id === caseId);
    if (!definition) throw new LuciError('NOT_FOUND', `${ladderName} has no case ${caseId}.`);
    return instanceOf(definition, seed, variant, language);
  },
};

/** Throws USAGE for the id of a case the suite does not have. */
export function requireKnownCases(suite: Suite, caseIds: readonly string[] | undefined): void {
  const known = suite.tiers.flatMap((tier) => suite.casesOf(tier)).map(({ id }) => id);
  const unknown = caseIds?.find((id) => !known.includes(id));
  if (unknown !== undefined) throw new LuciError('USAGE', `There is no case ${unknown}.`, { hint: `The cases: ${known.join(', ')}` });
}

/** State of this module: made once, when it is first asked for, since a run asks for it again and again and it never changes. */
let hash: string | undefined;

/** The hash of the ladder; it takes two instances of every case to make. */
export function suiteHash(): string {
  hash ??= createHash('sha256')
    .update(
      JSON.stringify({
        suiteVersion,
        graderVersion,
        asking: waysOfAsking(),
        cases: allTiers
          .flatMap(casesOf)
          .map((definition) => [
            definition.id,
            definition.maxTokens,
            instanceOf(definition, 'hash', 0),
            instanceOf(definition, 'hash', 1),
            ...(definition.inPython ? [instanceOf(definition, 'hash', 0, 'python')] : []),
          ]),
      }),
    )
    .digest('hex')
    .slice(0, 6);
  return hash;
}
