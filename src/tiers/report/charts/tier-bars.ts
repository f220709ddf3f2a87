import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { plural } from '../../../base/units.ts';
import type { TierResult } from '../../result.ts';
import { verdictSign } from '../labels.ts';
import type { ReportedModel } from '../report-data.ts';
import { box, chart, chartWidth, text } from './svg.ts';

/** Bars: the share of answers passed by tier, with the 95 % interval as a whisker and the line that must be reached. */
export function tierBars(models: readonly ReportedModel[]): string {
  const [left, right, rowHeight, headHeight] = [52, chartWidth - 92, 26, 24];
  const share = scaleLinear([0, 100], [left, right]);
  const parts: string[] = [];
  let y = 18;
  const top = y;
  for (const { number, run, tiers } of models) {
    parts.push(text(`${number} ${run.model}`, { x: 0, y: y + 15, kind: 'strong', width: chartWidth }));
    y += headHeight;
    for (const tier of tiers) {
      parts.push(tierBar(tier, y, share));
      y += rowHeight;
    }
    y += 6;
  }
  const axis = share
    .ticks(5)
    .map((tick) => text(tick === 100 ? '100 %' : String(tick), { x: share(tick), y: y + 12, kind: 'axis', anchor: 'middle' }));
  const limit = line()([
    [share(80), top],
    [share(80), y],
  ]);
  const limitParts = [`<path class="limit" d="${limit}"/>`, text('80 % needed', { x: share(80), y: 12, kind: 'axis', anchor: 'middle' })];
  const label = models.map(({ run, tiers }) => `${run.model}: ${tiers.map(tierText).join('; ') || 'nothing was asked'}`).join('. ');
  return chart('tier-bars', y + 18, `Share of answers passed by tier. 80 percent are needed. ${label}.`, [
    ...parts,
    ...limitParts,
    ...axis,
  ]);
}

function tierBar(result: TierResult, y: number, share: (percent: number) => number): string {
  const { tier, label, mode, passed, failed, errors, verdict, interval } = result;
  const asked = passed + failed + errors;
  const [low, high] = interval.map(share) as [number, number];
  const middle = y + 9;
  // A bar between two ends: |--|
  const whisker = line().defined(([x]) => !Number.isNaN(x));
  const gap: [number, number] = [Number.NaN, Number.NaN];
  const path = whisker([
    [low, middle - 5],
    [low, middle + 5],
    gap,
    [low, middle],
    [high, middle],
    gap,
    [high, middle - 5],
    [high, middle + 5],
  ]);
  const size = { x: share(0), y: y + 1, height: 16 };
  const word = `${passed}/${passed + failed} ${verdictSign[verdict]}${mode === 'diagnostic' ? ' (d)' : ''}`;
  return [
    text(label === undefined ? `tier ${tier}` : 'suite', { x: 0, y: y + 13 }),
    box('track', { ...size, width: share(100) - share(0) }),
    box(mode === 'diagnostic' ? 'bar diagnostic' : 'bar', { ...size, width: share(percentOf(result)) - share(0) }),
    // A strip along the bottom, as long as their share of what was asked: they are no part of the bar.
    errors > 0 ? box('errors', { x: size.x, y: y + 13, width: share((errors / asked) * 100) - share(0), height: 4 }) : '',
    `<path class="whisker" d="${path}"/>`,
    text(word, { x: share(100) + 10, y: y + 13, kind: verdict }),
  ].join('');
}

function tierText(result: TierResult): string {
  const { tier, label = `tier ${tier}`, mode, passed, failed, errors, verdict, interval } = result;
  const [low, high] = interval.map(Math.round);
  const wrong = errors > 0 ? `, ${plural(errors, 'error')}` : '';
  return `${label} ${passed} of ${passed + failed}, ${Math.round(percentOf(result))} percent${wrong}, interval ${low} to ${high}, ${verdict}${mode === 'diagnostic' ? ', diagnostic' : ''}`;
}

/** Of the answers there are, as on the screen. */
function percentOf({ passed, failed }: TierResult): number {
  return (passed / Math.max(1, passed + failed)) * 100;
}
