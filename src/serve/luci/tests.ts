import * as v from 'valibot';
import { overviewOf, type RunOverview, runIdOf, tierOverview } from '../../app/testing/kept-runs.ts';
import type { TestEvent } from '../../app/testing/options.ts';
import { LuciError } from '../../base/errors.ts';
import { allTiers } from '../../base/model.ts';
import type { ServeContext } from '../context.ts';
import { withoutPaths } from '../failure.ts';
import type { Checked } from '../route.ts';
import { eventsAnswer } from './events.ts';
import type { TestCaseAnswer, TestCaseEntry, TestRunAnswer, TestRunEntry, TestsAnswer, TestUpdate } from './wire.ts';

/** Tests of models: begun, watched, ended, and looked at afterwards. */

/** More take hours on an ordinary computer, and say little more. */
const maxRepeats = 10;

export const testSchema = v.object({
  model: v.pipe(v.string(), v.minLength(1)),
  /** The last tier to try; default: the model's own. */
  tier: v.optional(v.picklist(allTiers)),
  /** Variants of each case; default 1. */
  repeats: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxRepeats))),
});

/** POST /luci/tests: begins one. It goes on when the client goes away; a run that was cut off is gone on with. @throws LOCKED */
export async function beginTest({ luci, tests }: ServeContext, { model, tier, repeats }: Checked<typeof testSchema>): Promise<Response> {
  const { name } = await luci.models.choose(model);
  tests.begin({ model: name, tier, repeats });
  return Response.json({ model: name }, { status: 202 });
}

/** POST /luci/tests/cancel */
export function cancelTest({ tests }: ServeContext): Response {
  tests.cancel();
  return Response.json({});
}

/** GET /luci/tests/events: all of the run under way, else of the last one, from its start on. Who hangs up ends nothing. */
export function watchTest(context: ServeContext, request: Request): Promise<Response> {
  return eventsAnswer(context, (signal) => context.tests.watch(signal), request.signal);
}

/** GET /luci/tests */
export async function listTests({ luci, tests }: ServeContext): Promise<Response> {
  const runs = await luci.tests.runs();
  const answer: TestsAnswer = { running: tests.running ? { model: tests.running.model } : null, runs: runs.map(runEntry) };
  return Response.json(answer);
}

/** GET /luci/tests/ID */
export async function readTest({ luci }: ServeContext, path: string): Promise<Response> {
  const { cases, ...run } = await luci.tests.oneRun(partsOf(path).id);
  const answer: TestRunAnswer = { run: runEntry(run), cases: cases.map((one) => caseEntry(one, luci)) };
  return Response.json(answer);
}

/** GET /luci/tests/ID/cases/KEY */
export async function readCase({ luci }: ServeContext, path: string): Promise<Response> {
  const { id, key } = partsOf(path);
  const found = (await luci.tests.oneRun(id)).cases.find((one) => one.key === key);
  if (!found) throw new LuciError('NOT_FOUND', `The test run has no answer ${key.slice(0, 80)}.`);
  const { turns, evidence = null, loosePass, cutAtTokens = null } = found;
  const answer: TestCaseAnswer = {
    ...caseEntry(found, luci),
    evidence,
    loosePass,
    cutAtTokens,
    turns: turns.map(({ user, text, thinking = null, calls = [] }) => ({
      user,
      text,
      thinking,
      calls: calls.map(({ name, args, isError, content }) => ({ name, args, isError, content })),
    })),
  };
  return Response.json(answer);
}

function partsOf(path: string): { readonly id: string; readonly key: string } {
  const [id = '', key = ''] = path.slice('/luci/tests/'.length).split('/cases/');
  return { id, key };
}

/** What is told of a test as it goes; undefined for what nobody waits for. */
export function updateOf(luci: ServeContext['luci'], event: TestEvent): TestUpdate | undefined {
  switch (event.type) {
    case 'model':
      return { type: 'begin', id: runIdOf(event.logPath), estimatedSeconds: event.estimatedMs / 1000, reused: event.reused };
    case 'case-start':
      return { type: 'asking', tier: event.tier, caseId: event.caseId, done: event.done, total: event.total };
    case 'case':
      return { type: 'case', case: caseEntry(event.result, luci) };
    case 'tier':
      return { type: 'tier', tier: tierOverview(event.result) };
    case 'model-end': {
      const { words, verdict } = overviewOf('', event.result, true);
      return { type: 'ended', words, verdict };
    }
    default:
      return undefined;
  }
}

type Answered = Extract<TestEvent, { type: 'case' }>['result'];

function caseEntry(
  { key, tier, caseId, variant, status, reason, seconds, generatedTokens }: Answered,
  luci: ServeContext['luci'],
): TestCaseEntry {
  const why = reason === undefined ? null : withoutPaths(reason, luci);
  return { key, tier, caseId, variant, status, reason: why, seconds, tokens: generatedTokens };
}

function runEntry({ id, run, tiers, verdict, words, isEnded, tokensPerSecond }: RunOverview): TestRunEntry {
  const { model, quantization, startedAt, suite, suiteHash, seed, repeats, engine, device } = run;
  const asked = { suite: `${suite} (${suiteHash})`, seed, repeats, engine, device };
  return { id, model, quantization, startedAt, ...asked, verdict, words, isEnded, tokensPerSecond, tiers };
}
