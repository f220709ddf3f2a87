import type { TestEvent } from '../../app/testing/options.ts';
import { orAborted, stopError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import type { Tier } from '../../base/model.ts';
import type { ServeContext } from '../context.ts';
import type { TestUpdate } from './wire.ts';

/** The one test that runs at a time. It belongs to the server: it goes on whoever watches, and everybody is told it from its start on. */

/** What is asked of which model. */
export interface AskedTest {
  readonly model: string;
  readonly tier: Tier | undefined;
  readonly repeats: number | undefined;
}

/** See {@link createTestRuns}. Disposing ends the run under way and waits for its end. */
export interface TestRuns extends AsyncDisposable {
  /** The model that is tested just now. */
  readonly running: { readonly model: string } | undefined;
  /** @throws LOCKED where a test is under way */
  begin(asked: AskedTest): void;
  /** The run ends when the engine has let go of its answer; `cancelled` is the last that is told. @throws NOT_FOUND */
  cancel(): void;
  /** What the run under way, else the last one, told and tells. Throws what the run ended with. @throws NOT_FOUND where none was begun */
  watch(signal: AbortSignal): AsyncGenerator<TestUpdate>;
}

interface Run {
  readonly model: string;
  readonly stopping: AbortController;
  readonly updates: TestUpdate[];
  isOver: boolean;
  failure: unknown;
  /** Fulfilled when there is more to tell. */
  changed: Promise<void>;
  change: () => void;
  ended: Promise<void>;
}

/** None begun yet. */
export function createTestRuns(luci: ServeContext['luci'], updateOf: (event: TestEvent) => TestUpdate | undefined): TestRuns {
  let last: Run | undefined;
  const running = (): Run | undefined => (last?.isOver === false ? last : undefined);

  function begin({ model, ...asked }: AskedTest): void {
    const other = running();
    if (other)
      throw new LuciError('LOCKED', `${other.model} is being tested; one test runs at a time.`, {
        hint: 'Wait for its end, or end it: POST /luci/tests/cancel',
      });
    const run = freshRun(model);
    last = run;
    tell(run, { type: 'start', model, tier: asked.tier ?? null, repeats: asked.repeats ?? 1 });
    run.ended = carryOut(run, asked);
  }

  /** Never throws: nobody may be there to hear it. */
  async function carryOut(run: Run, asked: Omit<AskedTest, 'model'>): Promise<void> {
    const { signal } = run.stopping;
    const onEvent = (event: TestEvent): void => {
      const update = updateOf(event);
      if (update) tell(run, update);
    };
    try {
      await luci.tests.run({ models: [run.model], ...asked, signal, onEvent });
    } catch (error) {
      if (signal.aborted) run.updates.push({ type: 'cancelled' });
      else run.failure = error;
    }
    run.isOver = true;
    run.change();
  }

  return {
    get running() {
      return running();
    },
    begin,
    cancel() {
      const run = running();
      if (!run) throw new LuciError('NOT_FOUND', 'No test is under way.');
      run.stopping.abort(stopError('CANCELLED'));
    },
    async *watch(signal) {
      const run = last;
      if (!run) throw new LuciError('NOT_FOUND', 'No test was begun since the server started.');
      for (let told = 0; ; ) {
        const { changed, isOver } = run;
        const updates = run.updates.slice(told);
        yield* updates;
        told += updates.length;
        if (isOver) break;
        await orAborted(changed, signal);
      }
      if (run.failure) throw run.failure;
    },
    async [Symbol.asyncDispose]() {
      const run = running();
      run?.stopping.abort(stopError('TERMINATED'));
      await run?.ended;
    },
  };
}

function freshRun(model: string): Run {
  const nothing = { changed: Promise.resolve(), change: () => undefined, ended: Promise.resolve() };
  const run: Run = { model, stopping: new AbortController(), updates: [], isOver: false, failure: undefined, ...nothing };
  awaitChange(run);
  return run;
}

function tell(run: Run, update: TestUpdate): void {
  run.updates.push(update);
  run.change();
  awaitChange(run);
}

function awaitChange(run: Run): void {
  run.changed = new Promise((resolve) => {
    run.change = resolve;
  });
}
