import { scaleBand, scaleLinear } from 'd3-scale';
import { plural } from '../../../base/units.ts';
import { type Count, type ReportedModel, shortCaseId, statusCount } from '../report-data.ts';
import { box, chart, chartWidth, round, text } from './svg.ts';

/** A map of models by cases: each field is filled as far as its answers were passed, and says how many. */
export function heatMap(title: string, models: readonly ReportedModel[], caseIds: readonly string[]): string {
  const [left, right, headHeight, rowHeight] = [122, chartWidth - 18, 62, 30];
  const column = scaleBand(caseIds, [left, right]).paddingInner(0.12);
  const rows = models.map(({ number }) => String(number));
  const row = scaleBand(rows, [headHeight, headHeight + models.length * rowHeight]).paddingInner(0.12);
  const width = column.bandwidth();
  const heads = caseIds.map((id) => {
    const [x, y] = [(column(id) ?? 0) + width / 2 + 4, headHeight - 6];
    return `<g transform="rotate(-60 ${round(x)} ${y})">${text(shortCaseId(id), { x, y, kind: 'axis' })}</g>`;
  });
  const words: string[] = [];
  const fields = models.flatMap((model) => {
    const y = row(String(model.number)) ?? 0;
    const label = text(`${model.number} ${model.run.model}`, { x: 0, y: y + row.bandwidth() / 2 + 4, kind: 'label', width: left - 6 });
    const counts = caseIds.map((id) =>
      statusCount(
        id,
        model.cases.filter(({ caseId }) => caseId === id),
      ),
    );
    words.push(`${model.run.model}: ${counts.map(countText).join(', ')}`);
    return [label, ...counts.map((count) => field(count, { x: column(count.name) ?? 0, y, width, height: row.bandwidth() }))];
  });
  const height = headHeight + models.length * rowHeight;
  return chart('heat-map', height, `${title}, answers passed by model and case. ${words.join('. ')}.`, [...heads, ...fields]);
}

/** How a field is written: `✓ ✗ !` for one answer, `2/3` for several, a dot where nothing was asked. */
export function fieldText({ passed, failed, errors }: Count): string {
  const total = passed + failed + errors;
  if (total === 0) return '·';
  if (total === 1) return passed === 1 ? '✓' : failed === 1 ? '✗' : '!';
  return errors === total ? '!' : `${passed}/${passed + failed}${errors > 0 ? ' !' : ''}`;
}

function field(count: Count, { x, y, width, height }: { x: number; y: number; width: number; height: number }): string {
  const { passed, failed, errors } = count;
  const total = passed + failed + errors;
  const middle = { x: x + width / 2, y: y + height / 2 + 4, anchor: 'middle' as const };
  if (total === 0) return text('·', { ...middle, kind: 'axis' });
  // Filled from below, so that a share is seen without colour.
  const fill = scaleLinear([0, total], [0, height]);
  const [passedHeight, errorHeight] = [fill(passed), fill(errors)];
  return [
    box('failed', { x, y, width, height }),
    errors > 0 ? box('errors', { x, y, width, height: errorHeight }) : '',
    passed > 0 ? box('passed', { x, y: y + height - passedHeight, width, height: passedHeight }) : '',
    text(fieldText(count), { ...middle, kind: 'field' }),
  ].join('');
}

function countText(count: Count): string {
  const { passed, failed, errors } = count;
  if (passed + failed + errors === 0) return `${shortCaseId(count.name)} not asked`;
  return `${shortCaseId(count.name)} ${passed} of ${passed + failed}${errors > 0 ? `, ${plural(errors, 'error')}` : ''}`;
}
