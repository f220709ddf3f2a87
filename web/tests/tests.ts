import { batch, signal } from '@preact/signals';
import type {
  TestCaseAnswer,
  TestCaseEntry,
  TestRunAnswer,
  TestRunEntry,
  TestsAnswer,
  TestTierEntry,
  TestUpdate,
} from '../../src/serve/luci/wire.ts';
import { ask, askEvents, waitAfter } from '../api.ts';
import { loadModels } from '../models/models.ts';
import { attempt, showFault, status } from '../status.ts';

/** Tests of models: the one that runs, and those that are on record. The server runs them; here is what is shown. */

/** The test that is watched, as far as it was told. */
export interface WatchedTest {
  readonly model: string;
  /** Of its run; undefined while the model loads. */
  readonly id: string | undefined;
  readonly estimatedSeconds: number;
  readonly reused: number;
  /** What is asked just now. */
  readonly asking: Extract<TestUpdate, { readonly type: 'asking' }> | undefined;
  readonly cases: readonly TestCaseEntry[];
  readonly tiers: readonly TestTierEntry[];
}

export const watched = signal<WatchedTest | undefined>(undefined);
export const runs = signal<readonly TestRunEntry[]>([]);
/** The run that is open, with its answers. */
export const opened = signal<TestRunAnswer | undefined>(undefined);

/** What is asked of a test. */
export interface AskedTest {
  readonly model: string;
  readonly tier?: number;
  readonly repeats: number;
}

/** Asks which runs there are, and watches the one that is under way. */
export async function loadTests(): Promise<void> {
  await attempt(async () => {
    const answer = await ask<TestsAnswer>('/luci/tests');
    runs.value = answer.runs;
    if (answer.running) void watch();
  });
}

/** Begins a test and watches it. */
export async function begin(asked: AskedTest): Promise<void> {
  if (await attempt(() => ask('/luci/tests', { method: 'POST', body: asked }))) await watch();
}

/** Ends the test that runs. What was answered stays, and the next test of the model goes on there. */
export async function cancel(): Promise<void> {
  await attempt(() => ask('/luci/tests/cancel', { method: 'POST' }));
}

/** Shows a run; undefined for none. */
export async function openRun(id: string | undefined): Promise<void> {
  opened.value = undefined;
  if (id === undefined) return;
  await attempt(async () => {
    const answer = await ask<TestRunAnswer>(`/luci/tests/${encodeURIComponent(id)}`);
    opened.value = answer;
  });
}

/** One answer with its texts. */
export function readCase(run: string, key: string): Promise<TestCaseAnswer> {
  return ask<TestCaseAnswer>(`/luci/tests/${encodeURIComponent(run)}/cases/${encodeURIComponent(key)}`);
}

let isWatching = false;

async function watch(): Promise<void> {
  if (isWatching) return;
  isWatching = true;
  await readToEnd().catch(showFault);
  isWatching = false;
  watched.value = undefined;
  await Promise.all([loadTests(), loadModels()]);
}

/** After a lost connection it is told from its start on once more. */
async function readToEnd(): Promise<void> {
  for (let lost = 0; ; lost += 1) {
    try {
      for await (const update of askEvents<TestUpdate>('/luci/tests/events', {})) take(update);
      return;
    } catch (error) {
      await waitAfter(error, lost);
    }
  }
}

/** Tiers and the end are said aloud, cases are not: there are too many of them. */
function take(update: Exclude<TestUpdate, { readonly type: 'error' }>): void {
  const now = watched.value;
  if (update.type === 'start') {
    const nothing = { id: undefined, estimatedSeconds: 0, reused: 0, asking: undefined, cases: [], tiers: [] };
    batch(() => {
      watched.value = { model: update.model, ...nothing };
      if (!now) status.value = `Testing ${update.model}`;
    });
  }
  if (!now) return;
  if (update.type === 'begin') watched.value = { ...now, ...update };
  if (update.type === 'asking') watched.value = { ...now, asking: update };
  if (update.type === 'case') watched.value = { ...now, cases: [...now.cases, update.case] };
  if (update.type === 'tier') {
    watched.value = { ...now, tiers: [...now.tiers, update.tier] };
    status.value = `${update.tier.name} ${update.tier.words}`;
  }
  if (update.type === 'ended') status.value = `Test of ${now.model} ended: ${update.words}`;
  if (update.type === 'cancelled') status.value = `Test of ${now.model} cancelled`;
}
