import type { TestEvent, TestOptions } from '../../app/testing/options.ts';
import { LuciError } from '../../base/errors.ts';
import { formatDuration } from '../../base/units.ts';
import type { CaseResult } from '../../tiers/result.ts';
import { type Command, type OptionValues, textOption } from '../command.ts';
import { confirm } from '../confirm.ts';
import { engineOptions, engineOverrides, numberOption } from '../options.ts';
import type { Show } from '../show/show.ts';
import { aboutText, caseText, liveTier, modelLine, nextSteps, summaryTable, tierLines } from '../show/test-screen.ts';
import { printable } from '../show/text.ts';
import { gateUsage } from './test-compare.ts';
import { showAnswers } from './test-show.ts';
import { testVerbs } from './test-verbs.ts';

/** `luci test`: what each installed model can do. */
export const test: Command = {
  name: 'test',
  operands: '[model...] | show | report | compare | rescore | merge | certify | verify | lint',
  summary: 'find out which tier each model holds',
  details:
    'Every installed and enabled model climbs: tier 0 (10 cases), then 1 (9), up to its own; four fifths must pass to go on. Answers are graded by running and comparing them, with seeds that repeat. "test show MODEL [CASE]" tells every answer and why it failed, "test report" writes an HTML page, "test compare A B" says whether a difference is more than chance, and with --fail-on regress ends with 8 where B is worse than A, "test rescore MODEL" grades its answers again, "test merge LOG LOG" joins shards, "test certify MODEL" writes signed certificates and "test verify FILE" checks one. "test --suite FILE" asks a suite of your own, "test lint FILE" says whether it is sound. A run that was cut off goes on where it stopped. Exit status 8: a model does not hold its tier; 9: incomplete.',
  options: {
    tier: { type: 'string', value: 'N', summary: 'last tier to try; above its own only as a diagnosis' },
    'min-tier': { type: 'string', value: 'N', summary: 'the tier that must be held (default: the model’s own)' },
    repeats: { type: 'string', value: 'K', summary: 'variants of each case (default 1; 3 confirm)' },
    suite: { type: 'string', value: 'FILE', summary: 'a suite of your own in place of the tiers' },
    seed: { type: 'string', value: 'S', summary: 'other variants; "random" draws a seed and prints it (default 0)' },
    case: { type: 'string', value: 'ID', multiple: true, summary: 'only this case, as in t0-json' },
    language: { type: 'string', value: 'LANG', summary: 'code in python, javascript, or auto: Python where it was added (default)' },
    all: { type: 'boolean', summary: 'go on after a tier that was not passed, as a diagnosis' },
    fast: { type: 'boolean', summary: 'end a tier when its verdict is certain, or as good as certain (then marked sequential)' },
    fresh: { type: 'boolean', summary: 'ask everything anew, also what a run that was cut off has' },
    'max-minutes': { type: 'string', value: 'M', summary: 'begin no case after so long' },
    shard: { type: 'string', value: 'I/N', summary: 'one part of the cases, for several machines' },
    ...engineOptions,
    report: { type: 'string', value: 'FILE', summary: 'write an HTML page ("test report" without it: beside the logs)' },
    junit: { type: 'string', value: 'FILE', summary: 'write JUnit XML' },
    baseline: { type: 'string', value: 'FILE', summary: '"test compare": the log of the earlier run' },
    'fail-on': {
      type: 'string',
      value: 'regress',
      summary: '"test compare": exit status 8 when the second run is worse, 9 when that cannot be told',
    },
  },
  async run(context) {
    const { operands, options, show, signal } = context;
    // Passing over them would leave open the gate that was asked for.
    if (operands[0] !== 'compare' && (options['fail-on'] !== undefined || options['baseline'] !== undefined))
      throw new LuciError('USAGE', '--fail-on and --baseline are for "luci test compare".', { hint: gateUsage });
    if (operands[0] === 'show') return showAnswers(context, operands.slice(1));
    const verb = testVerbs[operands[0] ?? ''];
    if (verb) return verb(context, operands.slice(1));
    const luci = await context.luci(engineOverrides(options));
    if (operands[0] === 'report') {
      const [path, junitPath] = [textOption(options, 'report'), textOption(options, 'junit')];
      const written = await luci.tests.report({
        models: operands.slice(1),
        path,
        junitPath,
      });
      const count = written.models.length;
      if (show.json) show.data(written);
      else show.result(`${written.path}  ${count} ${count === 1 ? 'model' : 'models'}`);
      return 0;
    }
    using shown = show.json ? { onEvent: (event: TestEvent) => show.data(event), [Symbol.dispose]: () => undefined } : screen(show);
    const results = await luci.tests.run({
      ...testOptions(operands, options),
      signal,
      confirm: (model, estimatedMs) => confirm(`Testing ${printable(model)} takes about ${formatDuration(estimatedMs)}. Go on?`, context),
      onEvent: shown.onEvent,
    });
    if (!show.json) {
      show.result('');
      show.result(summaryTable(results, show.terminal).join('\n'));
      show.note(show.terminal.style('dim', nextSteps(results, show.terminal)));
    }
    const reportPath = textOption(options, 'report');
    if (reportPath !== undefined) await luci.tests.report({ path: reportPath, models: results.map(({ run }) => run.model) });
    const junitPath = textOption(options, 'junit');
    if (junitPath !== undefined) await luci.tests.junit(junitPath, results);
    if (results.some(({ isComplete }) => !isComplete)) return 9;
    return results.every(({ holds }) => holds) ? 0 : 8;
  },
};

/** What the events look like: a live line while a tier is asked, one line a tier when it is done. Disposing takes the live line away. */
function screen(show: Show): { onEvent: (event: TestEvent) => void } & Disposable {
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
        return;
      }
      case 'model':
        suite = event.run.suite.startsWith('luci-tiers ') ? undefined : `${event.run.suite} (${event.run.suiteHash})`;
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

function testOptions(operands: readonly string[], options: OptionValues): TestOptions {
  const [tier, minTier] = [tierOption(options, 'tier'), tierOption(options, 'min-tier')];
  const repeats = numberOption(options, 'repeats', { least: 1, whole: true });
  const maxMinutes = numberOption(options, 'max-minutes', { least: 0 });
  const [seed, suitePath] = [textOption(options, 'seed'), textOption(options, 'suite')];
  if (suitePath !== undefined && (tier !== undefined || minTier !== undefined || options['all'] === true))
    throw new LuciError('USAGE', 'A suite of your own has no tiers: --tier, --min-tier and --all are for the built-in one.');
  if (suitePath !== undefined && options['language'] !== undefined)
    throw new LuciError(
      'USAGE',
      'The cases of a suite of your own say themselves what code they ask for: --language is for the built-in one.',
    );
  const caseIds = options['case'];
  const shard = shardOption(textOption(options, 'shard'));
  const language = languageOption(textOption(options, 'language'));
  return {
    models: operands,
    all: options['all'] === true,
    fast: options['fast'] === true,
    fresh: options['fresh'] === true,
    tier,
    minTier,
    repeats,
    maxMinutes,
    suitePath,
    seed: seed === undefined ? undefined : seed === 'random' ? String(Math.floor(Math.random() * 1e9)) : seed,
    caseIds: Array.isArray(caseIds) ? (caseIds as readonly string[]) : undefined,
    shard,
    language,
  };
}

function languageOption(text: string | undefined): TestOptions['language'] {
  if (text === undefined || text === 'python' || text === 'javascript' || text === 'auto') return text;
  throw new LuciError('USAGE', `--language: "${text}" is not one of python, javascript, auto`);
}

function tierOption(options: OptionValues, name: string): 0 | 1 | 2 | 3 | undefined {
  const tier = numberOption(options, name, { least: 0, whole: true });
  if (tier === undefined || tier === 0 || tier === 1 || tier === 2 || tier === 3) return tier;
  throw new LuciError('USAGE', `--${name}: ${tier} is not one of 0, 1, 2, 3`);
}

function shardOption(text: string | undefined): TestOptions['shard'] {
  if (text === undefined) return undefined;
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? [];
  if (index && count && index <= count) return { index, count };
  throw new LuciError('USAGE', `--shard: "${text}" is not of the form 1/4`);
}
