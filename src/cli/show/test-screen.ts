import { formatDuration } from '../../base/units.ts';
import type { CaseResult, ModelResult, TierResult } from '../../tiers/result.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { printable } from './text.ts';

/** How a test looks: one line a tier when it is done, and a table over all models at the end. */

/** `t0-copy` -> `copy`. */
export function shortId(caseId: string): string {
  return caseId.replace(/^t\d-/, '');
}

/** `Testing llama3.2 (Tier 1, Q4_K_M, embedded engine)`. */
export function modelLine({ model, nativeTier, quantization, engine }: ModelResult['run'], terminal: Terminal): string {
  return terminal.style('bold', `Testing ${printable(model)} (Tier ${nativeTier}, ${quantization}, ${engine.split(' ')[0]} engine)`, 'out');
}

/** `Tier 0: ✅ PASS (10/10) 100.0%`, the interval dim below it, and what failed. */
export function tierLines(result: TierResult, terminal: Terminal): string[] {
  const { tier, mode, passed, failed, errors, verdict, interval, repeats, confirmed, failedCases } = result;
  const { marks, style } = terminal;
  const counted = passed + failed + errors;
  const count = `(${passed}/${counted}) ${counted === 0 ? '0.0' : ((passed / counted) * 100).toFixed(1)}%`;
  const mark = verdict === 'pass' ? marks.pass : verdict === 'fail' ? style('bad', marks.wrong, 'out') : style('care', marks.bullet, 'out');
  const word =
    verdict === 'pass'
      ? 'PASS'
      : verdict === 'fail'
        ? 'FAIL'
        : `INCOMPLETE${errors > 0 ? `, ${errors} ${errors === 1 ? 'error' : 'errors'}` : ''}`;
  // Where the mark is a word itself, it is not said twice.
  const said = marks.pass === 'PASS' && verdict === 'pass' ? [mark] : [mark, word];
  const head = mode === 'diagnostic' ? `Tier ${tier}: ${mark} ${count} (diagnostic)` : `Tier ${tier}: ${said.join(' ')} ${count}`;
  const bounds = `95 % interval ${Math.round(interval[0])}-${Math.round(interval[1])}, ${repeats} ${repeats === 1 ? 'repeat' : 'repeats'}`;
  const more = confirmed ? ', confirmed' : verdict === 'pass' && repeats < 3 ? '; --repeats 3 to confirm' : '';
  const indent = ' '.repeat(8);
  const failures = failedCases.length > 0 ? [style('dim', `${indent}failed: ${failedCases.map(shortId).join(', ')}`, 'out')] : [];
  return [head, style('dim', `${indent}${bounds}${more}`, 'out'), ...failures];
}

/** The tier under way, as far as it has come. */
export function liveTier(
  tier: number,
  done: readonly CaseResult[],
  current: string | undefined,
  total: number,
  terminal: Terminal,
): string {
  const { marks, style } = terminal;
  const parts = done
    .slice(-4)
    .map(({ caseId, status, reason }) =>
      status === 'pass'
        ? `${style('good', marks.done)} ${shortId(caseId)}`
        : `${style(status === 'fail' ? 'bad' : 'care', marks.wrong)} ${shortId(caseId)}${reason ? ` (${printable(reason)})` : ''}`,
    );
  return [
    `Tier ${tier}: ${marks.ellipsis} ${done.length} of ${total}`,
    ...parts,
    ...(current ? [`${marks.bullet} ${shortId(current)}`] : []),
  ].join('  ');
}

/** The table over all models. */
export function summaryTable(results: readonly ModelResult[], terminal: Terminal): string[] {
  const { marks, style } = terminal;
  const highest = Math.max(0, ...results.flatMap(({ tiers }) => tiers.map(({ tier }) => tier)));
  const tierNumbers = Array.from({ length: highest + 1 }, (_, tier) => tier);
  const rows = results.map((result) => [
    printable(result.run.model),
    String(result.run.nativeTier),
    ...tierNumbers.map((number) => {
      const tier = result.tiers.find((candidate) => candidate.tier === number);
      return tier ? `${tier.passed}/${tier.passed + tier.failed + tier.errors}${tier.mode === 'diagnostic' ? ' (d)' : ''}` : marks.none;
    }),
    `${result.tokensPerSecond}/s`,
    verdictText(result, style),
  ]);
  const columns = [
    { title: 'model' },
    { title: 'native', dropOrder: 2 },
    ...tierNumbers.map((number) => ({ title: `tier ${number}`, dropOrder: 1 })),
    { title: 'speed', align: 'right' as const, dropOrder: 3 },
    { title: 'verdict' },
  ];
  return table(columns, rows, terminal);
}

function verdictText({ isComplete, holds, provenTier, run }: ModelResult, style: Terminal['style']): string {
  if (!isComplete) return style('care', 'incomplete', 'out');
  if (holds) return style('good', `holds tier ${provenTier}`, 'out');
  return style('bad', `does not hold tier ${Math.max(0, Math.min(run.nativeTier, provenTier + 1))}`, 'out');
}

/** `about 6 min`. */
export function aboutText(estimatedMs: number): string {
  return estimatedMs > 0 ? `, about ${formatDuration(estimatedMs)}` : '';
}
