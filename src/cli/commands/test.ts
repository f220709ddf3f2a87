import type { TestEvent, TestOptions } from '../../app/testing/options.ts';
import { isLuciError, LuciError } from '../../base/errors.ts';
import { formatDuration } from '../../base/units.ts';
import { anyText, decimalNumber, oneOf, shard, wholeNumber } from '../../base/value-kinds.ts';
import type { CaseResult } from '../../tiers/result.ts';
import { defineCommand, type OptionTable, type OptionValues } from '../command.ts';
import { confirm } from '../confirm.ts';
import { engineSettings } from '../flags.ts';
import { nearest } from '../nearest.ts';
import type { Show } from '../show/show.ts';
import { aboutText, caseText, liveTier, modelLine, nextSteps, summaryTable, tierLines } from '../show/test-screen.ts';
import { printable } from '../show/text.ts';
import { type WaitingLine, waitingLine } from '../show/waiting-line.ts';
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
  suite: { kind: anyText('suite.json'), value: 'FILE', summary: 'a suite of your own in place of the tiers' },
  seed: { kind: anyText('7'), value: 'S', summary: 'other variants; "random" draws a seed and prints it (default 0)' },
  case: { kind: anyText('t0-json'), value: 'ID', multiple: true, summary: 'only this case, as in t0-json' },
  language: {
    kind: oneOf(['python', 'javascript', 'auto']),
    value: 'LANG',
    summary: 'code in python, javascript, or auto: Python where it was added (default)',
  },
  all: { summary: 'go on after a tier that was not passed, as a diagnosis' },
  fast: { summary: 'end a tier when its verdict is certain, or as good as certain (then marked sequential)' },
  fresh: { summary: 'ask everything anew, also what a run that was cut off has' },
  maxMinutes: { kind: decimalNumber({ example: '30' }), value: 'M', summary: 'begin no case after so long' },
  shard: { kind: shard, value: 'I/N', summary: 'one part of the cases, for several machines' },
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
  settings: engineSettings,
  async run(context) {
    const { operands, options, show, signal } = context;
    const wanted = wantedOf(operands, options);
    const luci = await context.luci();
    using waiting = waitingLine(show);
    using shown = show.json
      ? { onEvent: (event: TestEvent) => show.data(event), [Symbol.dispose]: () => undefined }
      : screen(show, waiting);
    const asked = luci.tests.run({
      ...wanted,
      signal,
      confirm: (model, estimatedMs) => {
        waiting.stop();
        return confirm(`Testing ${printable(model)} takes about ${formatDuration(estimatedMs)}. Go on?`, context);
      },
      onEvent: shown.onEvent,
      onLoad: waiting.onLoad,
    });
    const results = await asked.catch((error: unknown) => {
      throw misspeltVerb(error, operands) ?? error;
    });
    if (!show.json) {
      show.result('');
      show.result(summaryTable(results, show.terminal).join('\n'));
      show.note(show.terminal.style('dim', nextSteps(results, show.terminal)));
    }
    if (options.report !== undefined) await luci.tests.report({ path: options.report, models: results.map(({ run }) => run.model) });
    if (options.junit !== undefined) await luci.tests.junit(options.junit, results);
    if (results.some(({ isComplete }) => !isComplete)) return 9;
    return results.every(({ holds }) => holds) ? 0 : 8;
  },
});

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

/** What the events look like: a live line while a tier is asked, one line a tier when it is done. Disposing takes the live line away. */
function screen(show: Show, waiting: WaitingLine): { onEvent: (event: TestEvent) => void } & Disposable {
  const { terminal } = show;
  let done: CaseResult[] = [];
  let total = 0;
  let suite: string | undefined;
  let current: { tier: number; caseId: string; startedAt: number } | undefined;
  const draw = (): void => {
    if (!current) return;
    const { tier, caseId, startedAt } = current;
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    show.live([liveTier({ label: suite ?? `Tier ${tier}`, total, done, current: { caseId, seconds } }, terminal)]);
  };
  const clock = terminal.errIsTerminal ? setInterval(draw, 1000).unref() : undefined;
  const onEvent = (event: TestEvent): void => {
    switch (event.type) {
      case 'plan': {
        const { models, skipped, seed, repeats, language } = event;
        const what = `Testing ${models.length} ${models.length === 1 ? 'model' : 'models'} (seed ${seed}, ${repeats} ${repeats === 1 ? 'repeat' : 'repeats'}${language === 'python' ? '; code in Python' : ''})`;
        show.note(what);
        if (skipped.length > 0) show.note(`Skipped, because disabled: ${skipped.map(printable).join(', ')}`);
        waiting.start();
        return;
      }
      case 'model':
        waiting.stop();
        suite = event.isLadder ? undefined : `${event.run.suite} (${event.run.suiteHash})`;
        show.result(`\n${modelLine(event.run, terminal, suite)}`);
        show.note(
          terminal.style(
            'dim',
            `${event.tokensPerSecond} tokens/s${event.thinks ? ', thinks before it answers' : ''}${aboutText(event.estimatedMs)}${event.reused > 0 ? `; going on after ${event.reused} answers` : ''}`,
          ),
        );
        done = [];
        return;
      case 'case-start':
        total = event.total;
        current = { tier: event.tier, caseId: event.caseId, startedAt: performance.now() };
        draw();
        return;
      case 'case':
        done.push(event.result);
        // Where nothing can be drawn over, as in a build's log, a line a case says that it goes on.
        if (!terminal.errIsTerminal && !event.isReused)
          show.note(`${done.length} of ${total}  ${caseText(event.result, terminal)}  ${event.result.seconds.toFixed(1)} s`);
        return;
      case 'tier':
        current = undefined;
        show.live([]);
        done = [];
        show.result(tierLines(event.result, terminal).join('\n'));
        return;
      case 'model-end':
        waiting.start(); // For the next model, if there is one.
        return;
    }
  };
  return {
    onEvent,
    [Symbol.dispose]() {
      clearInterval(clock);
      show.live([]);
    },
  };
}

function wantedOf(models: readonly string[], options: OptionValues<typeof testOptions>): TestOptions {
  const { suite: suitePath, case: caseIds, seed, all, fast, fresh, ...rest } = options;
  const { tier, minTier, language } = rest;
  if (suitePath !== undefined && (tier !== undefined || minTier !== undefined || all))
    throw new LuciError('USAGE', 'A suite of your own has no tiers: --tier, --min-tier and --all are for the built-in one.');
  if (suitePath !== undefined && language !== undefined)
    throw new LuciError(
      'USAGE',
      'The cases of a suite of your own say themselves what code they ask for: --language is for the built-in one.',
    );
  return {
    models,
    all: all === true,
    fast: fast === true,
    fresh: fresh === true,
    seed: seed === 'random' ? String(Math.floor(Math.random() * 1e9)) : seed,
    suitePath,
    caseIds,
    repeats: rest.repeats,
    maxMinutes: rest.maxMinutes,
    shard: rest.shard,
    tier,
    minTier,
    language,
  };
}
