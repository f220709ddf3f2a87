import type { JSX } from 'preact';
import type { TestTierEntry } from '../../src/serve/luci/wire.ts';

/** Tiers of a run with their share, its interval and what they came to. The bar says nothing that the words do not. */

/** Percent of the answers that a tier is passed with. */
const neededPercent = 80;

export const verdictSigns = { pass: '✓', fail: '✗', incomplete: '!' } as const;

export function Ladder({ tiers }: { readonly tiers: readonly TestTierEntry[] }): JSX.Element {
  return (
    <ol class="ladder">
      {tiers.map((tier) => (
        <li key={tier.tier}>
          <span class="rung">{tier.name}</span>
          <ShareBar tier={tier} />
          <span class="facts">
            <span class={`verdict ${tier.verdict}`}>
              {verdictSigns[tier.verdict]} {tier.words}
            </span>{' '}
            {sharesOf(tier)}
          </span>
        </li>
      ))}
    </ol>
  );
}

function sharesOf({ passed, failed, errors, percent, interval: [low, high], isCounted }: TestTierEntry): string {
  const parts = [
    `${passed} of ${passed + failed}, ${Math.round(percent)}\u00a0%`,
    `95\u00a0% interval ${Math.round(low)} to ${Math.round(high)}\u00a0%`,
    errors === 0 ? undefined : errors === 1 ? '1 error' : `${errors} errors`,
    isCounted ? undefined : 'diagnosis, not counted',
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** The share as a bar, its interval as a whisker, and the line that must be reached. */
function ShareBar({ tier: { percent, interval, isCounted } }: { readonly tier: TestTierEntry }): JSX.Element {
  const [low, high] = interval;
  return (
    <svg class="share" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="track" width="100" height="12" />
      <rect class={isCounted ? 'bar' : 'bar diagnosis'} width={percent} height="12" />
      <path class="whisker" d={`M${low} 3V9M${low} 6H${high}M${high} 3V9`} />
      <path class="needed" d={`M${neededPercent} 0V12`} />
    </svg>
  );
}
