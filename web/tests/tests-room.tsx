import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { formatDuration } from '../../src/base/units.ts';
import type { TestRunEntry } from '../../src/serve/luci/wire.ts';
import { chatModels } from '../models/models.ts';
import { go, place } from '../room.ts';
import { CaseList } from './case-list.tsx';
import { Ladder, verdictSigns } from './ladder.tsx';
import { begin, cancel, loadTests, opened, openRun, runs, type WatchedTest, watched } from './tests.ts';

/** Tests: one is begun and watched, and what models came to is looked at. */
export function TestsRoom(): JSX.Element {
  const { item } = place.value;
  useEffect(() => void loadTests(), []);
  useEffect(() => void openRun(item), [item]);
  return (
    <section class="room" aria-label="Tests">
      <div class="column wide">{item === undefined ? <AllTests /> : <OpenedRun />}</div>
    </section>
  );
}

function AllTests(): JSX.Element {
  const now = watched.value;
  const head = useRef<HTMLHeadingElement>(null);
  const wasUsed = useRef(false);
  useEffect(() => {
    // The button that began or cancelled it is gone: who works by the keyboard goes on from the head of the room.
    if (wasUsed.current && document.activeElement === document.body) head.current?.focus();
    wasUsed.current = false;
  }, [now === undefined]);
  const use = (): void => {
    wasUsed.current = true;
  };
  return (
    <div onFocusIn={use}>
      <h1 ref={head} tabIndex={-1}>
        Tests
      </h1>
      <p class="note">
        A model climbs from tier to tier. Each case is made from a seed and graded by running and comparing the answer; a tier is held with
        four fifths.
      </p>
      {now ? <Watched now={now} /> : <BeginForm />}
      <Compared />
      <History />
    </div>
  );
}

function BeginForm(): JSX.Element {
  const model = useSignal('');
  const tier = useSignal('');
  const repeats = useSignal(1);
  const names = chatModels.value.map(({ name }) => name);
  const chosen = names.includes(model.value) ? model.value : names[0];
  if (chosen === undefined)
    return (
      <button type="button" onClick={() => go('models')}>
        Choose a model
      </button>
    );
  const submit = (event: Event): void => {
    event.preventDefault();
    void begin({ model: chosen, tier: tier.value === '' ? undefined : Number(tier.value), repeats: repeats.value });
  };
  return (
    <form class="filters" aria-label="A new test" onSubmit={submit}>
      <label class="field">
        Model
        <select value={chosen} onChange={({ currentTarget }) => (model.value = currentTarget.value)}>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label class="field">
        Up to tier
        <select value={tier.value} onChange={({ currentTarget }) => (tier.value = currentTarget.value)}>
          <option value="">its own</option>
          {[0, 1, 2, 3].map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label class="field">
        Each case
        <select value={repeats.value} onChange={({ currentTarget }) => (repeats.value = Number(currentTarget.value))}>
          <option value={1}>once</option>
          <option value={3}>3 times</option>
          <option value={5}>5 times</option>
        </select>
      </label>
      <button type="submit" class="main">
        Start the test
      </button>
    </form>
  );
}

function Watched({ now }: { readonly now: WatchedTest }): JSX.Element {
  const { model, id, asking, cases, tiers } = now;
  return (
    <section class="card watched" aria-labelledby="watched-title">
      <h2 id="watched-title">
        Testing <bdi>{model}</bdi>
      </h2>
      <div class="buttons">
        <progress aria-label={`Test of ${model}`} max={asking?.total} value={asking?.done} />
        <button type="button" onClick={cancel}>
          Cancel the test
        </button>
      </div>
      <p class="note">{wordsOf(now)}</p>
      {tiers.length > 0 && <Ladder tiers={tiers} />}
      {cases.length > 0 && <CaseList run={id} cases={cases.toReversed()} />}
    </section>
  );
}

function wordsOf({ id, asking, estimatedSeconds, reused }: WatchedTest): string {
  if (id === undefined) return 'Loading the model';
  const parts = [
    asking && `Tier ${asking.tier}, case ${asking.done + 1} of ${asking.total}: ${asking.caseId}`,
    `about ${formatDuration(estimatedSeconds * 1000)} in all`,
    reused > 0 ? `${reused} answers are there already` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** The newest run of each model that came to an end. */
function Compared(): JSX.Element | null {
  const newest = new Map<string, TestRunEntry>();
  for (const run of runs.value) if (run.isEnded && !newest.has(run.model)) newest.set(run.model, run);
  if (newest.size === 0) return null;
  return (
    <section aria-labelledby="compared-title">
      <h2 id="compared-title">What models came to</h2>
      <p class="note">
        The bar is the share of answers passed, the line across it the 95&nbsp;% interval; the upright line is the share that a tier takes.
      </p>
      <ul class="compared">
        {[...newest.values()].map((run) => (
          <li key={run.id}>
            <RunHead run={run} />
            <Ladder tiers={run.tiers} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function RunHead({ run }: { readonly run: TestRunEntry }): JSX.Element {
  const { id, model, quantization, verdict, words, tokensPerSecond } = run;
  return (
    <p class="run-head">
      <a href={`#tests/${encodeURIComponent(id)}`}>
        <bdi>{model}</bdi>
      </a>{' '}
      <span class={`verdict ${verdict}`}>
        {verdictSigns[verdict]} {words}
      </span>{' '}
      <span class="facts">
        {quantization} · {tokensPerSecond}&nbsp;tokens/s
      </span>
    </p>
  );
}

function History(): JSX.Element | null {
  if (runs.value.length === 0) return null;
  return (
    <section aria-labelledby="history-title">
      <h2 id="history-title">All tests</h2>
      <ul class="rows">
        {runs.value.map((run) => (
          <li key={run.id} class="row">
            <div class="what">
              <a href={`#tests/${encodeURIComponent(run.id)}`}>
                <bdi>{run.model}</bdi>, {timeOf(run)}
              </a>
              <span class="facts">
                {[run.suite, `seed ${run.seed}`, ...(run.id === watched.value?.id ? ['under way'] : [run.words])].join(' · ')}
              </span>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function timeOf({ startedAt }: TestRunEntry): string {
  return new Date(startedAt).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

function OpenedRun(): JSX.Element {
  const shown = opened.value;
  return (
    <>
      <p>
        <a href="#tests">All tests</a>
      </p>
      {shown && (
        <>
          <h1>
            <bdi>{shown.run.model}</bdi>{' '}
            <span class={`verdict ${shown.run.verdict}`}>
              {verdictSigns[shown.run.verdict]} {shown.run.words}
            </span>
          </h1>
          <p class="note">{factsOf(shown.run)}</p>
          <Ladder tiers={shown.run.tiers} />
          <h2>Answers</h2>
          <CaseList run={shown.run.id} cases={shown.cases} />
        </>
      )}
    </>
  );
}

function factsOf(run: TestRunEntry): string {
  const repeats = run.repeats === 1 ? 'each case once' : `each case ${run.repeats} times`;
  return [timeOf(run), run.quantization, run.suite, `seed ${run.seed}`, repeats, `${run.engine}, ${run.device}`].join(' · ');
}
