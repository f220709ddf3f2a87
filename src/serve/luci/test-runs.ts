import type { TestEvent } from '../../app/testing/options.ts';
import { stopError } from '../../base/abort.ts';
import { LuciError } from '../../base/errors.ts';
import type { Tier } from '../../base/model.ts';
import type { ServeContext } from '../context.ts';
import { createJournal, type Journal } from '../journal.ts';
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
  readonly journal: Journal<TestUpdate>;
  ended: Promise<void>;
}

/** None begun yet. */
export function createTestRuns(luci: ServeContext['luci'], updateOf: (event: TestEvent) => TestUpdate | undefined): TestRuns {
  let last: Run | undefined;
  const running = (): Run | undefined => (last?.journal.isOver === false ? last : undefined);

  /** Never throws: nobody may be there to hear it. */
  async function carryOut({ model, stopping: { signal }, journal }: Run, asked: Omit<AskedTest, 'model'>): Promise<void> {
    const onEvent = (event: TestEvent): void => {
      const update = updateOf(event);
      if (update) journal.tell(update);
    };
    try {
      await luci.tests.run({ models: [model], ...asked, signal, onEvent });
      journal.end();
    } catch (error) {
      if (signal.aborted) journal.tell({ type: 'cancelled' });
      journal.end(signal.aborted ? undefined : error);
    }
  }

  return {
    get running() {
      return running();
    },
    begin({ model, ...asked }) {
      const other = running();
      if (other)
        throw new LuciError('LOCKED', `${other.model} is being tested; one test runs at a time.`, {
          hint: 'Wait for its end, or end it: POST /luci/tests/cancel',
        });
      const run: Run = { model, stopping: new AbortController(), journal: createJournal(), ended: Promise.resolve() };
      last = run;
      run.journal.tell({ type: 'start', model, tier: asked.tier ?? null, repeats: asked.repeats ?? 1 });
      run.ended = carryOut(run, asked);
    },
    cancel() {
      const run = running();
      if (!run) throw new LuciError('NOT_FOUND', 'No test is under way.');
      run.stopping.abort(stopError('CANCELLED'));
    },
    watch(signal) {
      if (!last) throw new LuciError('NOT_FOUND', 'No test was begun since the server started.');
      return last.journal.read(0, signal);
    },
    async [Symbol.asyncDispose]() {
      const run = running();
      run?.stopping.abort(stopError('TERMINATED'));
      await run?.ended;
    },
  };
}
