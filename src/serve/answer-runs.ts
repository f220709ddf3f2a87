import * as v from 'valibot';
import type { Answerer, AnswerWriter } from '../app/answer-journal/answer-file.ts';
import type { AnswerJournal, TakenAnswer } from '../app/answer-journal/answer-journal.ts';
import { stopError } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import { createJournal, type Journal } from './journal.ts';

/**
 * Answers that belong to the server: who lost the connection reads on where it was, and only a stop stops them. Where they are kept on disk,
 * one that a killed server had under way is gone on with by who asks for it next.
 */

/** One of them: `A` is what was asked, `T` what is told of it. */
export interface AnswerRun<T, A> {
  readonly id: string;
  readonly asked: A;
  readonly journal: Journal<T>;
}

/** What an answer is made of, from the start on or from where it was left. */
export interface AnswerMaking<T, A> {
  readonly id: string;
  readonly scope: string;
  readonly asked: A;
  /** By an earlier process. */
  readonly told: readonly T[];
  /** What made that. */
  readonly answerer: Answerer | undefined;
  readonly onAnswerer: (answerer: Answerer) => void;
  readonly signal: AbortSignal;
}

/** A kind of answers. */
export interface AnswerDoor<T, A> {
  readonly name: string;
  /** What was asked is checked with it when it comes from disk. */
  readonly askedSchema: v.GenericSchema<unknown, A>;
  /** Whether who comes back after a failure may have it tried again. */
  readonly isRetried: boolean;
  /** Yields what was not told yet. */
  readonly make: (making: AnswerMaking<T, A>) => AsyncGenerator<T>;
  readonly onFault: (error: unknown) => void;
}

/** See {@link createAnswerRuns}. Disposing stops those under way. */
export interface AnswerRuns<T, A> extends AsyncDisposable {
  /** `scope`: what who comes back must know beside the id. @throws DISK_* */
  begin(id: string, scope: string, asked: A): Promise<AnswerRun<T, A>>;
  /** The newest answer of a scope that is being made, or was when an earlier server was killed. */
  underWay(scope: string): Promise<string | undefined>;
  /** @throws NOT_FOUND for one that ended long ago or is of another scope; NOT_RESUMABLE */
  find(scope: string, id: string): Promise<AnswerRun<T, A>>;
  /** Again, or of one that is over already, it does nothing. */
  stop(scope: string, id: string): Promise<void>;
  /** Stops one and keeps nothing of it. @throws NOT_FOUND */
  forget(scope: string, id: string): Promise<void>;
  /** The same for all of a scope. */
  forgetAll(scope: string): Promise<void>;
}

interface Run<T, A> extends AnswerRun<T, A> {
  readonly scope: string;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
}

/** What a run begins with. */
interface Beginning<T, A> extends Pick<AnswerMaking<T, A>, 'id' | 'scope' | 'asked' | 'told' | 'answerer'> {
  readonly isOver: boolean;
  readonly writer: AnswerWriter | undefined;
}

/** Answers that are over and may be read on from memory. */
const maxEnded = 16;

/** None under way yet. Without a `disk` they are in memory alone. */
export function createAnswerRuns<T, A>(door: AnswerDoor<T, A>, disk: AnswerJournal | undefined): AnswerRuns<T, A> {
  const runs = new Map<string, Run<T, A>>();
  const taking = new Map<string, Promise<Run<T, A> | undefined>>();
  // Asked before any is begun here: those are no leftovers.
  const left = leftovers(door, disk);

  function forgetOldest(): void {
    const ended = [...runs.values()].filter(({ journal }) => journal.isOver);
    for (const { id } of ended.slice(0, Math.max(0, ended.length - maxEnded))) runs.delete(id);
  }

  function start({ isOver, writer, ...beginning }: Beginning<T, A>): Run<T, A> {
    const { id, scope, asked } = beginning;
    const stopping = new AbortController();
    const journal = createJournal<T>(beginning.told);
    const making = { ...beginning, onAnswerer: (now: Answerer) => writer?.answerer(now), signal: stopping.signal };
    const ended = (isOver ? readAgain(journal, writer) : finished(id, journal, door.make(making), writer)).finally(forgetOldest);
    const run: Run<T, A> = { id, scope, asked, stopping, journal, ended };
    runs.set(id, run);
    return run;
  }

  /** Never throws: nobody may be there to hear it. */
  async function finished(id: string, journal: Journal<T>, entries: AsyncGenerator<T>, writer: AnswerWriter | undefined): Promise<void> {
    try {
      await keepAll(entries, journal, writer);
    } catch (error) {
      await writer?.close();
      // Who comes back then has it tried again.
      if (disk && door.isRetried) runs.delete(id);
      if (!door.isRetried || journal.length === 0) await disk?.remove(id).catch(door.onFault);
      journal.end(error);
      return;
    }
    // Nobody waits for the disk at the end of an answer.
    journal.end();
    await writer?.close();
  }

  async function taken(scope: string, id: string): Promise<Run<T, A> | undefined> {
    const leftHere = await left;
    const found = await disk?.take(id);
    // It may have been deleted since.
    if (!found) leftHere.delete(id);
    const beginning = found && beginningOf(door, id, found);
    if (found && beginning?.scope !== scope) await found.writer.close();
    if (beginning?.scope !== scope) return undefined;
    leftHere.delete(id);
    return start(beginning);
  }

  async function lookFor(scope: string, id: string): Promise<Run<T, A> | undefined> {
    const here = runs.get(id);
    if (here) return here.scope === scope ? here : undefined;
    const key = `${scope} ${id}`;
    const pending = taking.get(key) ?? taken(scope, id).finally(() => taking.delete(key));
    taking.set(key, pending);
    return pending;
  }

  async function find(scope: string, id: string): Promise<Run<T, A>> {
    const run = await lookFor(scope, id);
    if (run) return run;
    throw new LuciError('NOT_FOUND', `The answer ${id.slice(0, 80)} is not under way here.`);
  }

  async function forgotten(run: Run<T, A>): Promise<void> {
    run.stopping.abort(stopError('CANCELLED'));
    await run.ended;
    runs.delete(run.id);
    await disk?.remove(run.id);
  }

  return {
    async begin(id, scope, asked) {
      await left;
      const writer = await disk?.begin(id, { door: door.name, scope, at: new Date().toISOString(), asked });
      return start({ id, scope, asked, told: [], answerer: undefined, isOver: false, writer });
    },
    async underWay(scope) {
      const here = [...runs.values()].findLast((run) => run.scope === scope && !run.journal.isOver)?.id;
      return here ?? [...(await left)].findLast((one) => one[1] === scope)?.[0];
    },
    find,
    stop: async (scope, id) => (await lookFor(scope, id))?.stopping.abort(stopError('CANCELLED')),
    forget: async (scope, id) => forgotten(await find(scope, id)),
    async forgetAll(scope) {
      await Promise.all([...runs.values()].filter((run) => run.scope === scope).map(forgotten));
      await disk?.removeOf(door.name, scope);
    },
    async [Symbol.asyncDispose]() {
      for (const { stopping } of runs.values()) stopping.abort(stopError('TERMINATED'));
      await Promise.all([...runs.values()].map(({ ended }) => ended));
    },
  };
}

/** One that was over before: its file stays as it is, and goes when it would have gone. */
async function readAgain<T>(journal: Journal<T>, writer: AnswerWriter | undefined): Promise<void> {
  journal.end();
  await writer?.close();
}

/** Each is kept before it is told: nobody has seen what is not on record. */
async function keepAll<T>(entries: AsyncGenerator<T>, journal: Journal<T>, writer: AnswerWriter | undefined): Promise<void> {
  for await (const entry of entries) {
    writer?.entry(entry);
    journal.tell(entry);
  }
  writer?.over();
}

/** Undefined for one of another door, or that was asked in the form of another version. */
function beginningOf<T, A>(
  { name, askedSchema }: AnswerDoor<T, A>,
  id: string,
  { kept, writer }: TakenAnswer,
): Beginning<T, A> | undefined {
  const { head, entries, answerer, isOver } = kept;
  const asked = v.safeParse(askedSchema, head.asked);
  if (head.door !== name || !asked.success) return undefined;
  return { id, scope: head.scope, asked: asked.output, told: entries as readonly T[], answerer, isOver, writer };
}

/** Answers that an earlier server had under way, with their scopes. */
async function leftovers<T, A>({ name, onFault }: AnswerDoor<T, A>, disk: AnswerJournal | undefined): Promise<Map<string, string>> {
  try {
    return new Map((await disk?.unfinished(name))?.map(({ id, scope }) => [id, scope]));
  } catch (error) {
    onFault(error);
    return new Map();
  }
}
