import { shellWord } from '../../base/shell-word.ts';
import { ladderName, suiteNameOf } from '../../base/suite-name.ts';
import { formatDuration, plural } from '../../base/units.ts';
import type { CaseResult, ModelResult, TierResult } from '../../tiers/result.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';
import { cut, printable, widthOf, wrap } from './text.ts';

/** How a test looks: one line a tier when it is done, and a table over all models at the end. */

/** `t0-copy` -> `copy`. */
export function shortId(caseId: string): string {
  return printable(caseId.replace(/^t\d-/, ''));
}

/** `Testing llama3.2 (Tier 1, Q4_K_M, embedded engine)`, and with which suite where it is not the built-in one. */
export function modelLine(
  { model, nativeTier, quantization, engine, modelKind }: ModelResult['run'],
  terminal: Terminal,
  suite?: string,
): string {
  const what = `Testing ${printable(model)} (${nativeTier === undefined ? 'tier unknown' : `Tier ${nativeTier}`}, ${printable(quantization)}, ${printable(engine.split(' ')[0] ?? '')} engine${modelKind === 'base' ? ', a base model: it continues text' : ''})`;
  const text = suite === undefined ? what : `${what} with ${suite}`;
  return terminal.style('bold', wrap(text, widthFor(terminal)), 'out');
}

/** Off a terminal lines are as long as they are: programs read them. */
function widthFor({ outIsTerminal, columns }: Terminal): number {
  return outIsTerminal ? columns : Number.POSITIVE_INFINITY;
}

/** `Tier 0: ✅ PASS (10/10) 100.0%`, the interval dim below it, and what failed. */
export function tierLines(result: TierResult, terminal: Terminal): string[] {
  const { failedCases, errorCases = [] } = result;
  const width = widthFor(terminal);
  const failures = [
    ...(failedCases.length > 0 ? [`failed: ${failedCases.map(shortId).join(', ')}`] : []),
    ...(errorCases.length > 0 ? [`no answer: ${errorCases.map(shortId).join(', ')}`] : []),
  ];
  const indent = ' '.repeat(width < 40 ? 2 : 8);
  const details = [`${boundsText(result)}${confirmationText(result)}`, ...failures].flatMap((text) =>
    wrap(text, width, indent).split('\n'),
  );
  return [verdictLine(result, terminal), ...details.map((line) => terminal.style('dim', line, 'out'))];
}

/** `Tier 0: ✅ PASS (10/10) 100.0%`. */
function verdictLine(result: TierResult, terminal: Terminal): string {
  const { tier, label: suite = `Tier ${tier}`, mode, verdict, partOf, caseCount } = result;
  const count = countText(result);
  const label = partOf === undefined ? suite : `${suite}, ${caseCount} of ${plural(partOf, 'case')}`;
  const mark = verdictMark(verdict, terminal);
  if (mode === 'diagnostic') return `${label}: ${mark} ${count} (diagnostic)`;
  // Of a part nothing is said but how it went.
  if (partOf !== undefined && verdict !== 'incomplete') return `${label}: ${mark} ${count}`;
  // Where the mark is a word itself, it is not said twice.
  const said = terminal.marks.pass === 'PASS' && verdict === 'pass' ? mark : `${mark} ${verdictWord(result)}`;
  return `${label}: ${said} ${count}`;
}

/** `(8/10) 80.0%`, of the answers there are, as in the interval below it: an error says nothing about the model. */
function countText({ passed, failed, errors, verdict }: TierResult): string {
  const answered = passed + failed;
  // Three right of three says nothing where seven are missing.
  if (verdict === 'incomplete' && errors > 0) return `(${passed} right of ${plural(answered, 'answer')}, ${answered + errors} asked)`;
  return `(${passed}/${answered}) ${answered === 0 ? '0.0' : ((passed / answered) * 100).toFixed(1)}%`;
}

function verdictMark(verdict: TierResult['verdict'], { marks, style }: Terminal): string {
  if (verdict === 'pass') return marks.pass;
  return verdict === 'fail' ? style('bad', marks.wrong, 'out') : style('care', marks.bullet, 'out');
}

function verdictWord({ verdict, errors, sure }: TierResult): string {
  if (sure === 'open' && errors === 0) return 'NOT SURE YET';
  if (verdict === 'pass') return 'PASS';
  if (verdict === 'fail') return 'FAIL';
  return errors > 0 ? `INCOMPLETE, ${plural(errors, 'error')}` : 'INCOMPLETE';
}

/** `95 % interval 72-100, 1 repeat`. */
function boundsText({ interval, repeats, caseCount, verdict, errors, budgetErrors, cutAnswers = 0 }: TierResult): string {
  const asked = repeats === 1 ? '1 repeat' : `${repeats} repeats of ${plural(caseCount, 'case')}`;
  const budget = budgetErrors > 0 ? `, ${budgetErrors} beyond the thinking budget` : '';
  // An incomplete tier has its errors in the line above.
  const other = verdict !== 'incomplete' && errors > budgetErrors ? `, ${plural(errors - budgetErrors, 'error')}` : '';
  const cutShort = cutAnswers > 0 ? `, ${cutAnswers} cut at the budget` : '';
  return `95 % interval ${Math.round(interval[0])}-${Math.round(interval[1])}, ${asked}${other}${budget}${cutShort}`;
}

/** How sure the verdict is, or what makes it sure. */
function confirmationText({ sequential, sure, confirmed, verdict, repeats, partOf }: TierResult): string {
  if (partOf !== undefined) return '; a part says nothing of the tier';
  if (sure === 'open') return '; the same again with --max-minutes goes on';
  if (sure !== undefined) return `, ${sure === 'pass' ? 'confirmed' : 'refuted'} at 95 %`;
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

/** `✗ units (got 41.2, wanted 42)`; an error, which is no wrong answer, has the sign of what is open. */
export function caseText({ caseId, status, reason }: CaseResult, { marks, style }: Terminal): string {
  if (status === 'pass') return `${style('good', marks.done)} ${shortId(caseId)}`;
  const why = reason ? ` (${cut(printable(reason).replaceAll('\n', ' '), 40, marks.ellipsis)})` : '';
  const mark = status === 'fail' ? style('bad', marks.wrong) : style('care', marks.bullet);
  return `${mark} ${shortId(caseId)}${why}`;
}

/** What is to be known of the answers, what `(d)` means, and what to type next. */
export function nextSteps(results: readonly ModelResult[], { columns }: Terminal): string {
  const hasDiagnostic = results.some(({ tiers }) => tiers.some(({ mode }) => mode === 'diagnostic'));
  const failed = results.find(({ holds }) => !holds);
  const failedCase = failed?.tiers.flatMap(({ failedCases }) => failedCases)[0];
  // The newest run of the ladder is meant unless a suite is named.
  const suiteName = results.map(({ run }) => suiteNameOf(run)).find((name) => name !== ladderName);
  const suite = suiteName === undefined ? '' : ` --suite ${shellWord(printable(suiteName))}`;
  const steps = [
    ...results.flatMap(cutWarning),
    ...(hasDiagnostic ? ['(d) diagnostic, not counted.'] : []),
    `Report: luci test report${suite}`,
    ...(failed ? [`Why: luci test show ${printable(failed.run.model)}${failedCase ? ` ${shortId(failedCase)}` : ''}${suite}`] : []),
  ];
  const line = steps.join('   ');
  return widthOf(line) <= columns ? line : steps.join('\n');
}

/** More than one cut answer in ten is no chance: the model does not come to an end, or writes more than was asked for. */
function cutWarning({ run, tiers }: ModelResult): string[] {
  const cut = tiers.reduce((sum, { cutAnswers = 0 }) => sum + cutAnswers, 0);
  const asked = tiers.reduce((sum, { passed, failed, errors }) => sum + passed + failed + errors, 0);
  return cut * 10 > asked ? [`${printable(run.model)}: ${cut} of ${asked} answers were cut at their budget of tokens.`] : [];
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
    result.run.nativeTier === undefined ? marks.none : String(result.run.nativeTier),
    ...tierNumbers.map((number) => {
      const tier = result.tiers.find((candidate) => candidate.tier === number);
      return tier ? `${tier.passed}/${tier.passed + tier.failed}${tier.mode === 'diagnostic' ? ' (d)' : ''}` : marks.none;
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
  if (isPart(tiers)) return 'a part, no tier';
  if (tiers.some(({ label }) => label !== undefined)) return holds ? style('good', 'passes', 'out') : style('bad', 'does not pass', 'out');
  if (holds) return style('good', `holds tier ${provenTier}`, 'out');
  return style('bad', `does not hold tier ${missedTier(run, provenTier)}`, 'out');
}

/** The lowest tier up to its own that it does not hold. */
function missedTier({ nativeTier = 3 }: ModelResult['run'], provenTier: number): number {
  return Math.max(0, Math.min(nativeTier, provenTier + 1));
}

function isPart(tiers: ModelResult['tiers']): boolean {
  return tiers.some(({ partOf }) => partOf !== undefined);
}

/** The same in eight columns. */
function shortVerdict({ isComplete, holds, provenTier, run, tiers }: ModelResult, { marks, style }: Terminal): string {
  if (!isComplete) return style('care', 'errors', 'out');
  if (isPart(tiers)) return 'a part';
  if (holds) return `${style('good', marks.done, 'out')} tier ${provenTier}`;
  return `${style('bad', marks.wrong, 'out')} tier ${missedTier(run, provenTier)}`;
}

/** `about 6 min, at most 1 h`. */
export function aboutText(estimatedMs: number, limitMs?: number): string {
  const limit = limitMs === undefined ? '' : `, at most ${formatDuration(limitMs)}`;
  return estimatedMs > 0 ? `, about ${formatDuration(Math.min(estimatedMs, limitMs ?? estimatedMs))}${limit}` : limit;
}

/** `Effective context of llama3.2: 8k tokens`, where that was asked. */
export function contextLines(results: readonly ModelResult[]): readonly string[] {
  return results.flatMap(({ run, effectiveContext: tokens }) => {
    if (tokens === undefined) return [];
    const reach = tokens === 0 ? 'below 2k tokens' : `${tokens / 1000}k tokens`;
    return [`Effective context of ${printable(run.model)}: ${reach} (opened with ${run.contextLength})`];
  });
}

/** `German 7/9 78 % (45-94)`, a line each, for suites beyond the tiers; how far a context reaches is told otherwise. */
export function abilityLines(results: readonly ModelResult[]): readonly string[] {
  return results.flatMap(({ run, effectiveContext, abilities = [] }) => {
    if (effectiveContext !== undefined || abilities.length === 0) return [];
    const lines = abilities.map(({ name, passed, total, interval: [lower, upper] }) => {
      const share = `${Math.round((passed / total) * 100)} %`.padStart(5);
      return `  ${name.padEnd(20)} ${`${passed}/${total}`.padStart(5)} ${share}  (95 % interval ${lower}-${upper})`;
    });
    return [`${printable(run.model)}, ${run.suite}:`, ...lines];
  });
}
