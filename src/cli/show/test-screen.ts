import { formatDuration, plural } from '../../base/units.ts';
import type { CaseResult, ModelResult, TierResult } from '../../tiers/result.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { cut, printable, widthOf, wrap } from './text.ts';

/** How a test looks: one line a tier when it is done, and a table over all models at the end. */

/** `t0-copy` -> `copy`. */
export function shortId(caseId: string): string {
  return caseId.replace(/^t\d-/, '');
}

/** `Testing llama3.2 (Tier 1, Q4_K_M, embedded engine)`, and with which suite where it is not the built-in one. */
export function modelLine(
  { model, nativeTier, quantization, engine, modelKind }: ModelResult['run'],
  terminal: Terminal,
  suite?: string,
): string {
  const what = `Testing ${printable(model)} (Tier ${nativeTier}, ${quantization}, ${engine.split(' ')[0]} engine${modelKind === 'base' ? ', a base model: it continues text' : ''})`;
  const text = suite === undefined ? what : `${what} with ${suite}`;
  return terminal.style('bold', wrap(text, widthFor(terminal)), 'out');
}

/** Off a terminal lines are as long as they are: programs read them. */
function widthFor({ outIsTerminal, columns }: Terminal): number {
  return outIsTerminal ? columns : Number.POSITIVE_INFINITY;
}

/** `Tier 0: ✅ PASS (10/10) 100.0%`, the interval dim below it, and what failed. */
export function tierLines(result: TierResult, terminal: Terminal): string[] {
  const { failedCases } = result;
  const width = widthFor(terminal);
  const failures = failedCases.length > 0 ? [`failed: ${failedCases.map(shortId).join(', ')}`] : [];
  const indent = ' '.repeat(width < 40 ? 2 : 8);
  const details = [`${boundsText(result)}${confirmationText(result)}`, ...failures].flatMap((text) =>
    wrap(text, width, indent).split('\n'),
  );
  return [verdictLine(result, terminal), ...details.map((line) => terminal.style('dim', line, 'out'))];
}

/** `Tier 0: ✅ PASS (10/10) 100.0%`. */
function verdictLine(result: TierResult, terminal: Terminal): string {
  const { tier, label = `Tier ${tier}`, mode, passed, failed, errors, verdict } = result;
  const counted = passed + failed + errors;
  const count = `(${passed}/${counted}) ${counted === 0 ? '0.0' : ((passed / counted) * 100).toFixed(1)}%`;
  const mark = verdictMark(verdict, terminal);
  if (mode === 'diagnostic') return `${label}: ${mark} ${count} (diagnostic)`;
  // Where the mark is a word itself, it is not said twice.
  const said = terminal.marks.pass === 'PASS' && verdict === 'pass' ? mark : `${mark} ${verdictWord(result)}`;
  return `${label}: ${said} ${count}`;
}

function verdictMark(verdict: TierResult['verdict'], { marks, style }: Terminal): string {
  if (verdict === 'pass') return marks.pass;
  return verdict === 'fail' ? style('bad', marks.wrong, 'out') : style('care', marks.bullet, 'out');
}

function verdictWord({ verdict, errors }: TierResult): string {
  if (verdict === 'pass') return 'PASS';
  if (verdict === 'fail') return 'FAIL';
  return errors > 0 ? `INCOMPLETE, ${plural(errors, 'error')}` : 'INCOMPLETE';
}

/** `95 % interval 72-100, 1 repeat`. */
function boundsText({ interval, repeats, caseCount, budgetErrors, cutAnswers = 0 }: TierResult): string {
  const asked = repeats === 1 ? '1 repeat' : `${repeats} repeats of ${plural(caseCount, 'case')}`;
  const budget = budgetErrors > 0 ? `, ${budgetErrors} beyond the thinking budget` : '';
  const cutShort = cutAnswers > 0 ? `, ${cutAnswers} cut at the budget` : '';
  return `95 % interval ${Math.round(interval[0])}-${Math.round(interval[1])}, ${asked}${budget}${cutShort}`;
}

/** How sure the verdict is, or what makes it sure. */
function confirmationText({ sequential, confirmed, verdict, repeats }: TierResult): string {
  if (sequential) return ', sequential';
  if (confirmed) return ', confirmed';
  return verdict === 'pass' && repeats < 3 ? '; --repeats 3 to confirm' : '';
}

/** The tier under way as one line: how far it is, the case that is asked, and before it as many of the last ones as there is room for. */
export function liveTier(
  {
    label,
    total,
    done,
    current,
  }: { label: string; total: number; done: readonly CaseResult[]; current?: { caseId: string; seconds: number } },
  terminal: Terminal,
): string {
  const { marks, columns } = terminal;
  const asked = current ? [`${marks.bullet} ${shortId(current.caseId)}${current.seconds > 0 ? ` ${current.seconds} s` : ''}`] : [];
  const whole = `${label}: ${marks.ellipsis} ${done.length} of ${total}`;
  const head = widthOf([whole, ...asked].join('  ')) < columns ? whole : `${done.length}/${total}`;
  const parts: string[] = [];
  for (const result of [...done].reverse()) {
    const part = caseText(result, terminal);
    if (widthOf([head, part, ...parts, ...asked].join('  ')) >= columns) break;
    parts.unshift(part);
  }
  return [head, ...parts, ...asked].join('  ');
}

/** `✗ units (got 41.2, wanted 42)`. */
export function caseText({ caseId, status, reason }: CaseResult, { marks, style }: Terminal): string {
  if (status === 'pass') return `${style('good', marks.done)} ${shortId(caseId)}`;
  const why = reason ? ` (${cut(printable(reason).replaceAll('\n', ' '), 40, marks.ellipsis)})` : '';
  return `${style(status === 'fail' ? 'bad' : 'care', marks.wrong)} ${shortId(caseId)}${why}`;
}

/** What to type next, and what `(d)` means. */
export function nextSteps(results: readonly ModelResult[], { columns }: Terminal): string {
  const hasDiagnostic = results.some(({ tiers }) => tiers.some(({ mode }) => mode === 'diagnostic'));
  const failed = results.find(({ holds }) => !holds);
  const failedCase = failed?.tiers.flatMap(({ failedCases }) => failedCases)[0];
  const steps = [
    ...(hasDiagnostic ? ['(d) diagnostic, not counted.'] : []),
    'Report: luci test report',
    ...(failed ? [`Why: luci test show ${printable(failed.run.model)}${failedCase ? ` ${shortId(failedCase)}` : ''}`] : []),
  ];
  const line = steps.join('   ');
  return widthOf(line) <= columns ? line : steps.join('\n');
}

/** The table over all models. */
export function summaryTable(results: readonly ModelResult[], terminal: Terminal): string[] {
  const { marks, style } = terminal;
  const all = results.flatMap(({ tiers }) => tiers);
  const highest = Math.max(0, ...all.map(({ tier }) => tier));
  const isOwn = all.some(({ label }) => label !== undefined);
  const tierNumbers = isOwn ? [highest] : Array.from({ length: highest + 1 }, (_, tier) => tier);
  // Long names make room for the tiers, which say more.
  const maxName = Math.max(10, Math.floor(widthFor(terminal) / 3));
  const isNarrow = widthFor(terminal) < 60;
  const rows = results.map((result) => [
    cut(printable(result.run.model), maxName, marks.ellipsis),
    String(result.run.nativeTier),
    ...tierNumbers.map((number) => {
      const tier = result.tiers.find((candidate) => candidate.tier === number);
      return tier ? `${tier.passed}/${tier.passed + tier.failed + tier.errors}${tier.mode === 'diagnostic' ? ' (d)' : ''}` : marks.none;
    }),
    `${result.tokensPerSecond}/s`,
    isNarrow ? shortVerdict(result, terminal) : verdictText(result, style),
  ]);
  const columns = [
    { title: 'model' },
    { title: 'native', dropOrder: 2 },
    ...tierNumbers.map((number) => ({ title: isOwn ? 'suite' : `tier ${number}`, dropOrder: 1 })),
    { title: 'speed', align: 'right' as const, dropOrder: 3 },
    { title: 'verdict' },
  ];
  return table(columns, rows, terminal);
}

function verdictText({ isComplete, holds, provenTier, run, tiers }: ModelResult, style: Terminal['style']): string {
  if (!isComplete) return style('care', 'incomplete', 'out');
  if (tiers.some(({ label }) => label !== undefined)) return holds ? style('good', 'passes', 'out') : style('bad', 'does not pass', 'out');
  if (holds) return style('good', `holds tier ${provenTier}`, 'out');
  return style('bad', `does not hold tier ${Math.max(0, Math.min(run.nativeTier, provenTier + 1))}`, 'out');
}

/** The same in eight columns. */
function shortVerdict({ isComplete, holds, provenTier, run }: ModelResult, { marks, style }: Terminal): string {
  if (!isComplete) return style('care', 'errors', 'out');
  if (holds) return `${style('good', marks.done, 'out')} tier ${provenTier}`;
  return `${style('bad', marks.wrong, 'out')} tier ${Math.max(0, Math.min(run.nativeTier, provenTier + 1))}`;
}

/** `about 6 min`. */
export function aboutText(estimatedMs: number): string {
  return estimatedMs > 0 ? `, about ${formatDuration(estimatedMs)}` : '';
}
