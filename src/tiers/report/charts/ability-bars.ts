import { scaleBand, scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import { plural } from '../../../base/units.ts';
import type { Count, ReportedModel } from '../report-data.ts';
import { box, chart, chartWidth, text } from './svg.ts';

/** Bars: what became of a model's answers by ability; passed, failed and errors one after the other. */
export function abilityBars({ run, abilities }: ReportedModel): string {
  const [left, right, rowHeight] = [92, chartWidth - 56, 24];
  const height = abilities.length * rowHeight;
  const names = abilities.map(({ name }) => name);
  const row = scaleBand(names, [0, height]).paddingInner(0.3);
  const share = scaleLinear([0, 1], [left, right]);
  const kinds = ['passed', 'failed', 'errors'] as const;
  const layers = stack<Count>()
    .keys(kinds)
    .value((count, kind) => count[kind as (typeof kinds)[number]] / totalOf(count))(abilities);
  const bars = layers.flatMap((layer) =>
    layer.map(([from, to], index) => {
      const place = { x: share(from), y: row(names[index] ?? '') ?? 0, width: share(to) - share(from), height: row.bandwidth() };
      return to > from ? box(layer.key, place) : '';
    }),
  );
  const labels = abilities.flatMap((count) => {
    const y = (row(count.name) ?? 0) + row.bandwidth() / 2 + 4;
    return [text(count.name, { x: 0, y }), text(`${count.passed}/${count.passed + count.failed}`, { x: right + 8, y })];
  });
  const words = abilities.map(
    (count) =>
      `${count.name} ${count.passed} of ${count.passed + count.failed}${count.errors > 0 ? `, ${plural(count.errors, 'error')}` : ''}`,
  );
  return chart('ability-bars', height, `Answers passed by ability of ${run.model}: ${words.join('; ')}.`, [...bars, ...labels]);
}

function totalOf({ passed, failed, errors }: Count): number {
  return passed + failed + errors;
}
