import { LuciError } from '../../base/errors.ts';
import { plural } from '../../base/units.ts';
import { anyText, oneOf } from '../../base/value-kinds.ts';
import type { Comparison, SeedComparison } from '../../tiers/compare-runs.ts';
import type { TierChange } from '../../tiers/regression.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { suiteOption } from '../options.ts';
import type { Show } from '../show/show.ts';
import { printable } from '../show/text.ts';

/** `luci test compare`: two runs against each other, and whether the second is a regression. */

/** How the gate is typed. */
const gateUsage = 'luci test compare --baseline FILE MODEL --fail-on regress';

/** `luci test compare`. */
export const compare = defineCommand({
  name: 'compare',
  operands: '[run] [run]',
  example: 'llama3.2 qwen2.5-coder-0.5b',
  summary: 'whether the difference between two runs is more than chance',
  details:
    'A run is the name of a tested model or the log of a run. One name compares the seeds of a model. With --fail-on regress the exit status is 8 when the second run is worse, and 9 when that cannot be told.',
  options: {
    ...suiteOption,
    baseline: { kind: anyText('main.jsonl'), value: 'FILE', summary: 'the log of the earlier run, in place of the first operand' },
    failOn: {
      kind: oneOf(['regress']),
      value: 'regress',
      summary: 'exit status 8 when the second run is worse, 9 when that cannot be told',
    },
  },
  run: (context) =>
    compareRuns(context, {
      suite: context.options.suite,
      baseline: context.options.baseline,
      isGate: context.options.failOn !== undefined,
    }),
});

interface CompareOptions {
  readonly suite: string | undefined;
  readonly baseline: string | undefined;
  readonly isGate: boolean;
}

/** Compares. Returns 0; as a gate 8 for a regression, and 9 where too many answers are missing to say. */
async function compareRuns({ luci, show, operands }: CommandContext, { suite, baseline, isGate }: CompareOptions): Promise<number> {
  const [first = '', second] = baseline === undefined ? operands : [baseline, ...operands];
  const count = operands.length + (baseline === undefined ? 0 : 1);
  if (count !== 2 && !(count === 1 && baseline === undefined && !isGate))
    throw new LuciError('USAGE', 'This takes two runs: names of tested models, or logs of runs.', {
      hint: `luci test compare MODEL MODEL\n${gateUsage}`,
    });
  const { tests } = await luci();
  const result = await tests.compare(baseline === undefined ? first : { path: baseline }, second, { suite });
  if (result.kind === 'seeds' && isGate)
    throw new LuciError('USAGE', 'These are two runs of the same bytes with different seeds: no regression can be told from them.', {
      hint: gateUsage,
    });
  if (show.json) show.data(result);
  else if (result.kind === 'seeds') showSeeds(show, result);
  else showPairs(show, result, [first, second ?? ''], isGate);
  if (!isGate || result.kind === 'seeds') return 0;
  return { none: 0, shown: 8, undecided: 9 }[result.regression];
}

function showPairs({ result: say, note }: Show, result: Comparison, [first, second]: readonly [string, string], isGate: boolean): void {
  const line = (name: string, passed: number, [low, high]: readonly [number, number]): string =>
    `${printable(name)}  ${passed}/${result.pairs}  95 % interval ${Math.round(low)}-${Math.round(high)}`;
  say(line(first, result.passed[0], result.intervals[0]));
  say(line(second, result.passed[1], result.intervals[1]));
  if (result.onlyFirst.length > 0) say(`only ${printable(first)}: ${result.onlyFirst.join(', ')}`);
  if (result.onlySecond.length > 0) say(`only ${printable(second)}: ${result.onlySecond.join(', ')}`);
  for (const verdict of verdicts(result)) say(verdict);
  if (result.tiers.length > 1) for (const change of result.tiers) say(tierText(change, result.tiers.length));
  say(repeatsText(result));
  for (const warning of result.warnings) note(`note: ${printable(warning)}`);
  if (!isGate) return;
  for (const change of result.tiers) if (change.regression !== 'none') say(regressionText(change));
  if (result.regression === 'none') say('No regression is shown.');
}

/** Whether the difference is more than chance over all cases together; where cases were repeated on questions of these kinds, then on others. */
function verdicts({ pairs, cases, p, pOfThese }: Comparison): readonly string[] {
  const told = (isShown: boolean, over: string): string =>
    `${isShown ? 'The difference is more than chance' : 'No difference is shown'} ${over}.`;
  const all = plural(cases, 'case');
  if (pairs === cases) return [told(p < 0.05, `over all ${all} together (McNemar, ${pText(p)})`)];
  return [
    told(pOfThese < 0.05, `over all ${all} together, on questions of these kinds (McNemar over ${pairs} questions, ${pText(pOfThese)})`),
    told(p < 0.05, `on questions of other kinds (McNemar by case, ${pText(p)})`),
  ];
}

/** `  Tier 1: 7/9, 4/9  p = 0.250`; with several tiers each has its part of the 5 %. */
function tierText({ tier, label = `Tier ${tier}`, pairs, passedInPairs, p }: TierChange, tiers: number): string {
  const shown = p < 0.05 / tiers ? ', more than chance' : '';
  return `  ${printable(label)}: ${passedInPairs[0]}/${pairs}, ${passedInPairs[1]}/${pairs}  ${pText(p)}${shown}`;
}

/** What it takes to tell models apart that differ as much as matters. */
function repeatsText({ cases, repeats: { had, needed } }: Comparison): string {
  const these = plural(cases, 'case');
  if (needed === undefined)
    return `So few cases (${these}) tell no difference of 20 points, however often they are repeated: ask more tiers (--all).`;
  const enough = had >= needed ? 'as here' : `luci test --repeats ${needed}; here it is ${had}`;
  return `A difference of 20 points over ${these} is told 9 times out of 10 with ${plural(needed, 'repeat')} (${enough}).`;
}

/** One tier that got worse, or may have. */
function regressionText({ tier, label = `Tier ${tier}`, questions, passed, pairs, lost, won, p, regression }: TierChange): string {
  const name = printable(label);
  const counts = `${passed[0]}/${questions}, now ${passed[1]}/${questions}`;
  const doubt = p < 0.05 ? '' : ` So few lost answers may be chance (${pText(p)}).`;
  if (regression === 'verdict') return `Regression: ${name} was passed and is not passed any more (${counts}).${doubt}`;
  if (regression === 'difference') return `Regression: ${name} lost ${lost} answers and won ${won}, more than chance (${pText(p)}).`;
  return `Undecided: whether ${name} fell cannot be told (${counts}), only ${pairs} of ${questions} questions have an answer in both runs.`;
}

/** Whether the questions everybody can read are answered better than others. */
function showSeeds({ result }: Show, { model, seeds, passed, total, p }: SeedComparison): void {
  for (const index of [0, 1] as const) result(`${printable(model)}, seed ${printable(seeds[index])}  ${passed[index]}/${total[index]}`);
  result(
    p < 0.05
      ? `It does better with seed 0 than chance explains (Fisher, ${pText(p)}): it may have seen these questions.`
      : `Nothing shows that it has seen the questions of seed 0 (Fisher, ${pText(p)}).`,
  );
}

function pText(p: number): string {
  return p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`;
}
