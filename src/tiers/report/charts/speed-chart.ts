import { scaleLinear, scaleLog } from 'd3-scale';
import { line, symbol, symbolCircle, symbolDiamond, symbolSquare, symbolTriangle } from 'd3-shape';
import { allTiers } from '../../../base/model.ts';
import { casesOf } from '../../suite.ts';
import { escaped } from '../escape.ts';
import { caseIdsByTier, isOwn, type ReportedModel } from '../report-data.ts';
import { chart, chartWidth, round, text } from './svg.ts';

/** Forms by native tier, so that a point says without colour of what size its model is. */
export const tierSymbols = [symbolCircle, symbolTriangle, symbolSquare, symbolDiamond] as const;

/** Points: generated tokens a second against cases passed. Faster is right, better is up. */
export function speedChart(models: readonly ReportedModel[]): string {
  const [left, right, top, bottom] = [34, chartWidth - 14, 26, 236];
  const speeds = models.map(({ tokensPerSecond }) => Math.max(0.1, tokensPerSecond));
  const [slowest, fastest] = [Math.min(...speeds), Math.max(...speeds)];
  // Speeds of small and large models differ by powers of ten; those of alike ones are compared as they are.
  const isWide = fastest / slowest > 8;
  const speed = isWide ? scaleLog([slowest / 1.5, fastest * 1.5], [left, right]) : scaleLinear([0, fastest * 1.15], [left, right]).nice();
  // Of another suite there is one step, its cases.
  const isOther = models.every(isOwn);
  const ladder = isOther ? caseIdsByTier(models).map(({ ids }) => ids.length) : allTiers.map((tier) => casesOf(tier).length);
  const ends = ladder.map((_, tier) => ladder.slice(0, tier + 1).reduce((sum, count) => sum + count, 0));
  const all = ends.at(-1) ?? 1;
  const score = scaleLinear([0, all], [bottom, top]);
  const across = (y: number): string =>
    `<path class="grid" d="${line()([
      [left, y],
      [right, y],
    ])}"/>`;
  // Fast models are weak and strong ones slow: the other two corners are free for words.
  const sideOf = (index: number) => (index > ends.length / 2 ? { x: right, anchor: 'end' as const } : { x: left + 2 });
  const grid = [0, ...ends].map((cases, index) =>
    [
      across(score(cases)),
      text(String(cases), { x: left - 6, y: score(cases) + 4, kind: 'axis', anchor: 'end' }),
      index > 0
        ? text(isOther ? 'all cases' : `all of tier ${index - 1}`, { ...sideOf(index), y: score(cases) - 4, kind: 'axis faint' })
        : '',
    ].join(''),
  );
  const ticks = isWide ? speed.ticks(3).filter((tick) => /^[125]/.test(String(tick).replace(/^[0.]+/, ''))) : speed.ticks(4);
  const axis = [
    ...ticks.map((tick) => text(String(tick), { x: speed(tick), y: bottom + 16, kind: 'axis', anchor: 'middle' })),
    text('tokens a second', { x: right, y: bottom + 32, kind: 'axis', anchor: 'end' }),
    text('cases passed', { x: 0, y: 12, kind: 'axis' }),
  ];
  const points = models.map((model, index) => {
    const [x, y] = [speed(speeds[index] ?? 0.1), score(model.casesPassed)];
    const form = symbol(tierSymbols[model.run.nativeTier ?? 0], 150)();
    return `<g><title>${escaped(model.run.model)}</title><path class="point" transform="translate(${round(x)} ${round(y)})" d="${form}"/>${text(String(model.number), { x: x + 11, y: y + 4, kind: 'strong' })}</g>`;
  });
  const words = models.map(({ run, tokensPerSecond, casesPassed }) => `${run.model} ${tokensPerSecond} and ${round(casesPassed)}`);
  const label = `Speed in tokens a second and cases passed of ${all}: ${words.join('; ')}.`;
  return chart('speed-chart', bottom + 40, label, [...grid, ...axis, ...points]);
}
