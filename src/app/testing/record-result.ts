import { saveAbilityRecord } from '../../store/ability-records.ts';
import { saveTestRecord } from '../../store/test-records.ts';
import { abilityShares } from '../../tiers/ability-shares.ts';
import { isBeyond } from '../../tiers/beyond/beyond-suites.ts';
import type { ModelResult } from '../../tiers/result.ts';
import type { Suite } from '../../tiers/suite.ts';
import type { TestingTools } from './options.ts';

interface Recorded {
  readonly suite: Suite;
  readonly isPart: boolean;
}

/** Keeps what is shown. A part of the cases proves nothing of the whole; behind an address another model may stand tomorrow. */
export async function record(tools: TestingTools, { suite, isPart }: Recorded, result: ModelResult): Promise<void> {
  if (isPart || !result.isComplete) return;
  if (suite.isLadder) await saveRecord(tools, suite, result);
  else if (isBeyond(suite)) await saveAbilities(tools, suite, result);
}

/** What is proven by a run, for `luci list`. */
async function saveRecord({ stateFolder }: TestingTools, suite: Suite, { run, tiers, provenTier, cases }: ModelResult): Promise<void> {
  const missed = tiers.find(({ verdict }) => verdict === 'fail');
  const top = tiers.find(({ tier }) => tier === provenTier);
  await saveTestRecord(stateFolder, run.model, {
    sha256: run.modelSha256,
    tier: provenTier,
    missed: missed && { tier: missed.tier, passed: missed.passed, asked: missed.total },
    confirmed: top?.confirmed === true || top?.sure === 'pass',
    suiteHash: run.suiteHash,
    abilities: abilityShares(suite, cases),
    tokensPerSecond: run.tokensPerSecond,
    at: run.startedAt,
  });
}

/** What a suite beyond the ladder has shown. */
async function saveAbilities(
  { stateFolder }: TestingTools,
  suite: Suite,
  { run, cases, effectiveContext: tokens, abilities = [] }: ModelResult,
): Promise<void> {
  await saveAbilityRecord(stateFolder, run.model, suite.name, {
    sha256: run.modelSha256,
    suite: run.suite,
    suiteHash: run.suiteHash,
    shares: abilityShares(suite, cases),
    intervals: Object.fromEntries(abilities.map(({ name, interval }) => [name, interval])),
    effectiveContext: tokens,
    at: run.startedAt,
  });
}
