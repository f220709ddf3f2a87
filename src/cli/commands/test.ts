import type { TestOptions } from '../../app/testing/options.ts';
import { errorKinds, isLuciError, LuciError } from '../../base/errors.ts';
import { formatDuration } from '../../base/units.ts';
import { anyText, decimalNumber, oneOf, shard, wholeNumber } from '../../base/value-kinds.ts';
import type { ModelResult } from '../../tiers/result.ts';
import { defineCommand, type OptionTable, type OptionValues } from '../command.ts';
import { confirm } from '../confirm.ts';
import { engineSettings } from '../flags.ts';
import { nearest } from '../nearest.ts';
import { forceOption } from '../options.ts';
import { testProgress } from '../show/test-progress.ts';
import { abilityLines, contextLines, nextSteps, summaryTable } from '../show/test-screen.ts';
import { printable } from '../show/text.ts';
import { waitingLine } from '../show/waiting-line.ts';
import { reportOptions, testVerbs } from './test-verbs.ts';

/** What a run can be told. */
const testOptions = {
  tier: { kind: oneOf([0, 1, 2, 3]), value: 'N', summary: 'last tier to try; above its own only as a diagnosis' },
  minTier: { kind: oneOf([0, 1, 2, 3]), value: 'N', summary: 'the tier that must be held (default: the model’s own)' },
  repeats: {
    kind: wholeNumber({ min: 1, example: '3' }),
    value: 'K',
    summary: 'variants of each case (default 1; 3 confirm)',
  },
  suite: {
    kind: anyText('suite.json'),
    value: 'FILE',
    summary:
      'a suite of your own in place of the tiers, or "context": what it can use of long texts, "languages": plain questions in ten, "safety": hidden instructions, inventions, kept rules',
  },
  csv: { kind: anyText('questions.csv'), value: 'FILE', summary: 'a table with the columns question and answer in place of the tiers' },
  verify: {
    kind: oneOf(['contains', 'number', 'json']),
    value: 'HOW',
    summary: 'how answers to --csv are graded: contains (default), number or json',
  },
  seed: { kind: anyText('7'), value: 'S', summary: 'other variants; "random" draws a seed and prints it (default 0)' },
  case: { kind: anyText('t0-json'), value: 'ID', multiple: true, summary: 'only this case, as in t0-json' },
  language: {
    kind: oneOf(['python', 'javascript', 'auto']),
    value: 'LANG',
    summary: 'code in python, javascript, or auto: Python where it was added (default)',
  },
  all: { summary: 'go on after a tier that was not passed, as a diagnosis' },
  fast: { summary: 'end a tier when its verdict is certain, or as good as certain (then marked sequential)' },
  sure: { summary: 'go on with new variants until each verdict is sure at 95 %, for an hour at most or --max-minutes' },
  fresh: { summary: 'ask everything anew, also what a run that was cut off has' },
  maxMinutes: { kind: decimalNumber({ example: '30' }), value: 'M', summary: 'begin no case after so long' },
  shard: { kind: shard, value: 'I/N', summary: 'one part of the cases, for several machines' },
  parallel: {
    kind: wholeNumber({ min: 1, max: 64, example: '1' }),
    value: 'N',
    summary: 'questions asked at once (default: 2 on two cores, else 1); models here answer alike by any number',
  },
  context: {
    kind: wholeNumber({ min: 64, example: '4096' }),
    value: 'N',
    summary: 'tokens each model is opened with (default: 8192, as runs that are compared have)',
  },
  force: forceOption,
  ...reportOptions,
} as const satisfies OptionTable;

/** `luci test`: what each installed model can do. */
export const test = defineCommand({
  name: 'test',
  operands: '[model...]',
  example: 'llama3.2',
  summary: 'find out which tier each model holds',
  details:
    'Every installed and enabled model climbs: tier 0 (10 cases), then 1 (9), up to its own; four fifths must pass to go on. Answers are graded by running and comparing them, with seeds that repeat. --suite asks a suite of your own. A run that was cut off goes on where it stopped. Exit status 8: a model does not hold its tier; 9: incomplete.',
  verbs: testVerbs,
  options: testOptions,
  // A setting would change what is compared: the context of a run is told by its own flag.
  settings: engineSettings.filter(({ override }) => override !== 'contextLength'),
  async run(context) {
    const { operands, options, show, signal } = context;
    const wanted = wantedOf(operands, options);
    const luci = await context.luci();
    luci.engine.expectSeveral();
    using waiting = waitingLine(show);
    using progress = testProgress(show, waiting);
    const asked = luci.tests.run({
      ...wanted,
      signal,
      confirm: (model, estimatedMs) => {
        waiting.stop();
        return confirm(`Testing ${printable(model)} takes about ${formatDuration(estimatedMs)}. Go on?`, context);
      },
      onLoad: waiting.onLoad,
      onEvent: progress.onEvent,
    });
    const results = await asked.catch((error: unknown) => {
      throw misspeltVerb(error, operands) ?? error;
    });
    if (!show.json) {
      show.result('');
      show.result(summaryTable(results, show.terminal).join('\n'));
      for (const line of [...contextLines(results), ...abilityLines(results)]) show.result(line);
      show.note(show.terminal.style('dim', nextSteps(results, show.terminal)));
    }
    if (options.report !== undefined)
      await luci.tests.report({ path: options.report, models: results.map(({ run }) => run.model), suite: suiteOf(results) });
    if (options.junit !== undefined) await luci.tests.junit(options.junit, results);
    if (results.some(({ isComplete }) => !isComplete)) return errorKinds.TESTS_INCOMPLETE.exitCode;
    return results.every(({ holds }) => holds) ? 0 : errorKinds.TIER_NOT_PASSED.exitCode;
  },
});

/** The name of the suite that was asked, without its version. */
function suiteOf([first]: readonly ModelResult[]): string | undefined {
  return first?.run.suite.replace(/ [^ ]*$/, '');
}

/** `luci test shw llama3.2`: the first word is no model, and nearly a verb. */
function misspeltVerb(error: unknown, [word = '']: readonly string[]): LuciError | undefined {
  const names = testVerbs.map(({ name }) => name);
  const [close] = nearest(word, names, 1);
  if (close === undefined || !isLuciError(error, 'MODEL_UNKNOWN') || error.details.name !== word) return undefined;
  return new LuciError('USAGE', `luci test has no "${word}", and no model is called so. Did you mean ${close}?`, {
    hint: `luci test ${close} --help`,
    cause: error,
  });
}

/** Throws USAGE for options that do not go together. */
function requireFitting(options: OptionValues<typeof testOptions>): void {
  const { suite: suitePath, csv, verify, tier, minTier, all, language, sure, fast } = options;
  const isOwn = suitePath !== undefined || csv !== undefined;
  if (suitePath !== undefined && csv !== undefined) throw new LuciError('USAGE', 'A run asks one suite: --suite or --csv.');
  if (verify !== undefined && csv === undefined) throw new LuciError('USAGE', '--verify says how the answers of --csv FILE are graded.');
  if (isOwn && (tier !== undefined || minTier !== undefined || all))
    throw new LuciError('USAGE', 'A suite of your own has no tiers: --tier, --min-tier and --all are for the built-in one.');
  if (isOwn && language !== undefined)
    throw new LuciError(
      'USAGE',
      'The cases of a suite of your own say themselves what code they ask for: --language is for the built-in one.',
    );
  if (sure && (fast || options.case !== undefined || options.shard !== undefined))
    throw new LuciError('USAGE', '--sure asks whole tiers until their verdict is sure: it goes without --fast, --case and --shard.');
}

function wantedOf(models: readonly string[], options: OptionValues<typeof testOptions>): TestOptions {
  const { suite: suitePath, csv, verify, case: caseIds, seed, all, fast, sure, fresh, ...rest } = options;
  const { tier, minTier, language } = rest;
  requireFitting(options);
  return {
    models,
    all: all === true,
    fast: fast === true,
    sure: sure === true,
    fresh: fresh === true,
    seed: seed === 'random' ? String(Math.floor(Math.random() * 1e9)) : seed,
    suitePath,
    table: csv === undefined ? undefined : { path: csv, verify: verify ?? 'contains' },
    caseIds,
    repeats: rest.repeats,
    contextLength: rest.context,
    force: rest.force,
    maxMinutes: rest.maxMinutes,
    shard: rest.shard,
    parallel: rest.parallel,
    tier,
    minTier,
    language,
  };
}
