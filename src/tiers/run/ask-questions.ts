import { createHash } from 'node:crypto';
import { stopError, throwIfAborted } from '../../base/abort.ts';
import type { Tier } from '../../base/model.ts';
import type { Session } from '../../engine/engine.ts';
import type { CaseFacts, Instance } from '../case.ts';
import { countOf } from '../count-tier.ts';
import type { CaseResult, RunFacts } from '../result.ts';
import { isDecided, sequentialVerdict } from '../statistics.ts';
import { questionQueue } from './question-queue.ts';
import { runCase } from './run-case.ts';
import type { LadderOptions } from './run-ladder.ts';
import type { PlannedCase } from './run-tier.ts';

/** The questions of a tier put to a model, one after the other or several at once. */

/** How they are asked. */
export interface AskOptions extends LadderOptions {
  readonly tier: Tier;
  readonly mode: CaseResult['mode'];
  /** Answers of the tier that are there already. */
  readonly before: readonly CaseResult[];
}

/** An answer, and whether an earlier run had it. */
interface Answered {
  readonly result: CaseResult;
  readonly isReused: boolean;
}

/** A question with its place in the plan. */
interface Question {
  readonly place: number;
  readonly key: string;
  readonly definition: CaseFacts;
  readonly variant: number;
  readonly instance: Instance;
  readonly hasTools: boolean;
  readonly maxTokens: number;
  readonly promptCharacters: number;
}

/**
 * Asks `atOnce` questions at a time. Answers come back in the order of the plan; fewer where time is over or, with `fast`, the verdict is
 * certain: then what is asked behind the answer that made it so counts nowhere, so that the verdict is the same however many are asked at once.
 */
export async function askAll(session: Session, plan: readonly PlannedCase[], options: AskOptions): Promise<readonly CaseResult[]> {
  const { tier, before, known, mode, onEvent, signal, fast, endsAtMs, atOnce = 1 } = options;
  const answers: (Answered | undefined)[] = [];
  const done: CaseResult[] = [];
  const decided = new AbortController();
  const stop = signal ? AbortSignal.any([signal, decided.signal]) : decided.signal;
  // What may end a tier early is asked in order.
  const queue = questionQueue(
    plan.map((planned, place) => questionOf(planned, place, options)),
    fast ? 1 : atOnce,
  );

  function tell({ result, isReused }: Answered): void {
    done.push(result);
    onEvent?.({ type: 'case', result, isReused });
  }

  /** Tells what follows on what is told, up to the answer that decides. */
  function tellInOrder(): void {
    for (let answer = answers[done.length]; answer && !decided.signal.aborted; answer = answers[done.length]) {
      tell(answer);
      const [passed, failed] = [countOf(done, 'pass'), countOf(done, 'fail')];
      if (isDecided(passed, failed, plan.length) || sequentialVerdict(passed, failed)) decided.abort(stopError('CANCELLED'));
    }
  }

  async function answerTo({ key, definition, instance, variant }: Question): Promise<Answered | undefined> {
    const earlier = known.get(key);
    if (earlier) return { result: { ...earlier, mode }, isReused: true };
    if (decided.signal.aborted || (endsAtMs !== undefined && performance.now() > endsAtMs)) return undefined;
    const { id: caseId, ability } = definition;
    onEvent?.({ type: 'case-start', tier, caseId, done: before.length + done.length, total: before.length + plan.length });
    const answer = await runCase(session, { definition, instance, tier }, { ...options, signal: stop });
    return { result: { key, tier, mode, caseId, ability, variant, ...answer }, isReused: false };
  }

  async function ask(asker: number): Promise<void> {
    for (let question = queue.next(asker); question; question = queue.next(asker)) {
      const answer = await answerTo(question);
      if (!answer) return;
      answers[question.place] = answer;
      if (fast) tellInOrder();
      else tell(answer);
    }
  }

  const ends = await Promise.allSettled(Array.from({ length: atOnce }, (_, asker) => ask(asker)));
  throwIfAborted(signal);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed && !decided.signal.aborted) throw failed.reason;
  return fast ? done : answers.flatMap((answer) => answer?.result ?? []);
}

function questionOf({ definition, variant }: PlannedCase, place: number, { suite, run }: AskOptions): Question {
  const instance = suite.instanceOf(definition.id, run.seed, variant, run.language);
  const { maxTokens } = definition;
  return {
    place,
    key: keyOf(run, definition, variant),
    definition,
    variant,
    instance,
    hasTools: instance.world !== undefined,
    maxTokens,
    promptCharacters: instance.turns.reduce((sum, { user }) => sum + user.length, 0),
  };
}

/** Everything an answer depends on. */
function keyOf(run: RunFacts, { id }: CaseFacts, variant: number): string {
  const parts = [
    run.suiteHash,
    id,
    run.seed,
    variant,
    run.modelSha256,
    run.engine,
    run.contextLength,
    run.toolPath,
    run.sampling,
    run.language,
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}
