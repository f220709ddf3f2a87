import type { Tier } from '../../base/model.ts';
import { thinkingTokens } from '../asking.ts';
import { type LadderOptions, plannedCases } from './run-ladder.ts';

/** What a run takes its time with. */
interface MeasuredSpeed {
  readonly tokensPerSecond: number;
  readonly thinks: boolean;
  /** Answers that are there already. */
  readonly known: number;
}

/** About how long: answers and thinking take 45 % of their budget; prompts of 250 tokens are read five times as fast as text is written. */
export function estimateMs(
  plan: Pick<LadderOptions, 'suite' | 'run' | 'caseIds' | 'shard'>,
  lastTier: Tier,
  { tokensPerSecond, thinks, known }: MeasuredSpeed,
): number {
  if (tokensPerSecond <= 0) return 0;
  const tokens = plan.suite.tiers
    .filter((tier) => tier <= lastTier)
    .flatMap((tier) =>
      plannedCases(tier, plan).map(({ definition }) => (definition.maxTokens + (thinks ? thinkingTokens[tier] : 0)) * 0.45 + 50),
    );
  const all = tokens.reduce((sum, count) => sum + count, 0);
  return (all / tokensPerSecond) * 1000 * (1 - Math.min(known, tokens.length) / Math.max(1, tokens.length));
}
