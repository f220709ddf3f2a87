import { plural } from '../../base/units.ts';
import { anyText } from '../../base/value-kinds.ts';
import type { LintReport } from '../../tiers/own/lint.ts';
import { type Command, type CommandContext, defineCommand, type OptionTable } from '../command.ts';
import { suiteOption } from '../options.ts';
import type { Show } from '../show/show.ts';
import { pad, printable } from '../show/text.ts';
import { certificateVerbs } from './test-certificates.ts';
import { compare } from './test-compare.ts';
import { showAnswers } from './test-show.ts';

/** Verbs of `luci test`: what can be done with runs that are over. `show`, `compare` and those of certificates have files of their own. */

/** Where results are written. */
export const reportOptions = {
  report: { kind: anyText('report.html'), value: 'FILE', summary: 'write an HTML page here ("test report" without it: beside the logs)' },
  junit: { kind: anyText('junit.xml'), value: 'FILE', summary: 'write JUnit XML' },
} as const satisfies OptionTable;

async function rescore({ luci, show, signal, operands: [reference] }: CommandContext, suitePath: string | undefined): Promise<number> {
  const changed = await (await luci()).tests.rescore(reference ?? '', { signal, suitePath });
  if (show.json) show.data(changed);
  else if (changed.length === 0) show.note('Every verdict is the same.');
  else
    for (const { caseId, variant, before, now, reason } of changed)
      show.result(`${printable(caseId)}#${variant}: ${before} -> ${now}${reason ? ` (${printable(reason)})` : ''}`);
  return 0;
}

async function merge({ luci, show, operands }: CommandContext): Promise<number> {
  const merged = await (await luci()).tests.merge(operands);
  const { path, answers, missingShards, missing } = merged;
  if (show.json) show.data(merged);
  else show.result(`${printable(path)}  ${answers} answers`);
  if (missingShards.length > 0) show.note(`Missing: ${plural(missingShards.length, 'shard')} (${missingShards.join(', ')}).`);
  if (missing.length > 0)
    show.note(`Without an answer: ${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ` and ${missing.length - 8} more` : ''}.`);
  return missingShards.length + missing.length > 0 ? 9 : 0;
}

/** `luci test lint FILE`: 0 when every case of a suite is sound, 8 when one is not. */
async function lint({ luci, show, signal, operands: [path] }: CommandContext): Promise<number> {
  const report = await (await luci()).tests.lint(path ?? '', signal);
  const wrongCount = report.cases.filter(({ problems }) => problems.length > 0).length;
  if (show.json) show.data(report);
  else showLint(report, wrongCount, show);
  return wrongCount === 0 ? 0 : 8;
}

/** A line a case with its problems below it, and one of all. */
function showLint({ suite, version, hash, cases }: LintReport, wrongCount: number, show: Show): void {
  const { marks, style } = show.terminal;
  const width = Math.max(...cases.map(({ id }) => id.length));
  for (const { id, tried, variants, problems } of cases) {
    const mark = problems.length === 0 ? style('good', marks.done, 'out') : style('bad', marks.wrong, 'out');
    const count = variants === 1 ? '1 instance' : `${tried} of ${variants} instances`;
    show.result(`${mark} ${pad(printable(id), width)}  ${count}`);
    for (const problem of problems) show.result(`  ${printable(problem)}`);
  }
  const verdict = wrongCount === 0 ? 'all sound' : `${wrongCount} not sound`;
  show.result(printable(`${suite} ${version} (${hash}): ${plural(cases.length, 'case')}, ${verdict}`));
}

const report = defineCommand({
  name: 'report',
  operands: '[model...]',
  example: 'llama3.2',
  summary: 'an HTML page of the newest runs',
  options: { ...suiteOption, ...reportOptions },
  run: (context) => writeReport(context, context.options),
});

async function writeReport(
  { luci, show, operands }: CommandContext,
  { report: path, junit: junitPath, suite }: { readonly report?: string; readonly junit?: string; readonly suite?: string },
): Promise<number> {
  const written = await (await luci()).tests.report({ models: operands, path, junitPath, suite });
  const count = written.models.length;
  if (show.json) show.data(written);
  else show.result(`${printable(written.path)}  ${count} ${count === 1 ? 'model' : 'models'}`);
  return 0;
}

/** The verbs, in the order of the help. */
export const testVerbs: readonly Command[] = [
  showAnswers,
  report,
  compare,
  defineCommand({
    name: 'rescore',
    operands: '<run>',
    example: 'llama3.2',
    summary: 'grade the answers of a run again',
    options: { suite: { kind: anyText('suite.json'), value: 'FILE', summary: 'the suite of your own the run was asked' } },
    run: (context) => rescore(context, context.options.suite),
  }),
  defineCommand({
    name: 'merge',
    operands: '<log> <log>...',
    example: 'a.jsonl b.jsonl',
    summary: 'join shards of one run; exit status 9 when something is missing',
    run: merge,
  }),
  ...certificateVerbs,
  defineCommand({
    name: 'lint',
    operands: '<suite>',
    example: 'suites/example.json',
    summary: 'whether a suite of your own is sound; exit status 8 when a case is not',
    run: lint,
  }),
];
