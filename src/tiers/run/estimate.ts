import type { Tier } from '../../base/model.ts';
import { thinkingTokens } from '../asking.ts';
import type { LadderOptions } from './run-ladder.ts';
import { plannedCases } from './run-tier.ts';

/** What a run takes its time with. */
interface MeasuredSpeed {
  readonly tokensPerSecond: number;
  readonly thinks: boolean;
  /** See {@link LadderOptions.atOnce}. */
  readonly atOnce?: number;
  /** Answers that are there already. */
  readonly known: number;
  /** See {@link LadderOptions.sure}. */
  readonly sure?: boolean;
}

/** Answers Wald's test takes on average where it takes most, near the limit of four fifths. */
const answersUntilSure = 30;

/** Two at once, by the time of one after the other: `npm run bench:tiers`. */
const gainAtOnce = 1.4;

/** Tokens of the prompts of a case. */
const defaultPromptTokens = 250;

/** About how long: answers and thinking take 45 % of their budget; prompts are read five times as fast as text is written. */
export function estimateMs(
  plan: Pick<LadderOptions, 'suite' | 'run' | 'caseIds' | 'shard'>,
  lastTier: Tier,
  { tokensPerSecond, thinks, atOnce = 1, known, sure = false }: MeasuredSpeed,
): number {
  if (tokensPerSecond <= 0) return 0;
  const tokens = plan.suite.tiers
    .filter((tier) => tier <= lastTier)
    .flatMap((tier) => {
      const thinking = thinks ? thinkingTokens[tier] : 0;
      const once = plannedCases(tier, plan).map(
        ({ definition: { maxTokens, contextTokens = defaultPromptTokens } }) => (maxTokens + thinking) * 0.45 + contextTokens / 5,
      );
      const rounds = sure ? Math.ceil(answersUntilSure / Math.max(1, once.length)) : 1;
      return Array.from({ length: rounds }, () => once).flat();
    });
  const all = tokens.reduce((sum, count) => sum + count, 0);
  const gain = atOnce > 1 ? gainAtOnce : 1;
  return (all / tokensPerSecond / gain) * 1000 * (1 - Math.min(known, tokens.length) / Math.max(1, tokens.length));
}
