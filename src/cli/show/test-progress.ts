import type { TestEvent } from '../../app/testing/options.ts';
import { plural } from '../../base/units.ts';
import type { CaseResult } from '../../tiers/result.ts';
import type { Show } from './show.ts';
import { aboutText, caseText, liveTier, modelLine, tierLines } from './test-screen.ts';
import { printable } from './text.ts';
import type { WaitingLine } from './waiting-line.ts';

/** A test as it goes: a live line while a tier is asked, one line a tier when it is done, JSON lines with --json. */

/** A listener for the events of a test. Disposing takes the live line away. */
export interface TestProgress extends Disposable {
  readonly onEvent: (event: TestEvent) => void;
}

/** Shows a test as it goes. `waiting` is the line that says why nothing is asked yet. */
export function testProgress(show: Show, waiting: WaitingLine): TestProgress {
  return show.json ? { onEvent: (event) => show.data(event), [Symbol.dispose]: () => undefined } : screen(show, waiting);
}

/** What is seen of the tier under way. */
interface TierUnderway {
  /** What is asked where it is not the built-in suite. */
  suite?: string;
  done: CaseResult[];
  total: number;
  current?: { readonly tier: number; readonly caseId: string; readonly startedAt: number };
}

function screen(show: Show, waiting: WaitingLine): TestProgress {
  const underway: TierUnderway = { done: [], total: 0 };
  const draw = (): void => drawTier(underway, show);
  const clock = show.terminal.errIsTerminal && !show.terminal.isPlain ? setInterval(draw, 1000).unref() : undefined;
  return {
    onEvent: (event) => {
      // A model is opened after the plan and after the one before it.
      if (event.type === 'plan' || event.type === 'model-end') waiting.start();
      if (event.type === 'model') waiting.stop();
      showEvent(event, underway, show);
    },
    [Symbol.dispose]() {
      clearInterval(clock);
      show.live([]);
    },
  };
}

function drawTier({ suite, done, total, current }: TierUnderway, show: Show): void {
  if (!current) return;
  const { tier, caseId, startedAt } = current;
  const seconds = Math.floor((performance.now() - startedAt) / 1000);
  show.live([liveTier({ label: suite ?? `Tier ${tier}`, total, done, current: { caseId, seconds } }, show.terminal)]);
}

type EventOf<Type extends TestEvent['type']> = Extract<TestEvent, { readonly type: Type }>;

function showEvent(event: TestEvent, underway: TierUnderway, show: Show): void {
  switch (event.type) {
    case 'plan':
      showPlan(event, show);
      break;
    case 'model':
      beginModel(event, underway, show);
      break;
    case 'case-start':
      beginCase(event, underway, show);
      break;
    case 'case':
      endCase(event, underway, show);
      break;
    case 'tier':
      endTier(event, underway, show);
      break;
    case 'model-end':
      break;
  }
}

function showPlan({ models, skipped, seed, repeats, language, notes }: EventOf<'plan'>, show: Show): void {
  const code = language === 'python' ? '; code in Python' : '';
  show.note(`Testing ${plural(models.length, 'model')} (seed ${seed}, ${plural(repeats, 'repeat')}${code})`);
  for (const note of notes) show.note(printable(note));
  if (skipped.length > 0) show.note(`Skipped, because disabled: ${skipped.map(printable).join(', ')}`);
}

function beginModel(event: EventOf<'model'>, underway: TierUnderway, show: Show): void {
  const { run, isLadder, tokensPerSecond, thinks, estimatedMs, limitMs, reused } = event;
  underway.suite = isLadder ? undefined : printable(`${run.suite} (${run.suiteHash})`);
  underway.done = [];
  show.result(`\n${modelLine(run, show.terminal, underway.suite)}`);
  const thinking = thinks ? ', thinks before it answers' : '';
  const goingOn = reused > 0 ? `; going on after ${reused} answers` : '';
  show.note(show.terminal.style('dim', `${tokensPerSecond} tokens/s${thinking}${aboutText(estimatedMs, limitMs)}${goingOn}`));
}

function beginCase({ total, tier, caseId }: EventOf<'case-start'>, underway: TierUnderway, show: Show): void {
  underway.total = total;
  underway.current = { tier, caseId, startedAt: performance.now() };
  drawTier(underway, show);
}

function endCase({ result, isReused }: EventOf<'case'>, { done, total }: TierUnderway, show: Show): void {
  done.push(result);
  // Where nothing can be drawn over, as in a build's log, a line a case says that it goes on.
  if (!show.terminal.errIsTerminal && !isReused)
    show.note(`${done.length} of ${total}  ${caseText(result, show.terminal)}  ${result.seconds.toFixed(1)} s`);
}

function endTier({ result }: EventOf<'tier'>, underway: TierUnderway, show: Show): void {
  underway.current = undefined;
  underway.done = [];
  show.live([]);
  show.result(tierLines(result, show.terminal).join('\n'));
}
