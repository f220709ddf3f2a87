import type { Token } from 'node-llama-cpp';
import { LuciError } from '../../base/errors.ts';
import { afterTurn, type BatchPart, chooseParts } from './batch-choice.ts';
import { type BatchComputingOptions, createBatchComputing } from './batch-computing.ts';
import type { NativeContext, NativeSampler } from './native.ts';

/**
 * The batches of one context: what its slots want evaluated goes through the model together. A generating slot needs one token a
 * batch, so four of them cost little more than one; long prompts come in parts, smaller ones where somebody waits.
 */

/** Tokens a slot wants evaluated, and what comes after them. */
export interface Job {
  readonly slot: JobSlot;
  /** To be evaluated; shrinks as it is done. */
  next: readonly Token[];
  /** Chooses the token that follows; without one nothing is generated. */
  readonly sampler?: NativeSampler;
  readonly deterministic: Deterministic | undefined;
  /** All of `next` is evaluated. Returns what to go on with at once; undefined ends the job. */
  onDone(chosen: Token | undefined): readonly Token[] | undefined;
  onFailed(error: unknown): void;
}

/** What the batches know and change of a slot. */
export interface JobSlot {
  readonly id: number;
  readonly tokens: Token[];
  /** Where the batches ended that held nothing but its first tokens; others after those are not deterministic. */
  readonly deterministicEnds: number[];
  /** By how many threads single tokens among them were computed. */
  deterministicThreads: number | undefined;
  onChange(): void;
}

/**
 * What must come out alike is computed in batches of its own, because batchmates change the last bits, and with them now and then a
 * word. So does the number of threads where a single token looks back at 512 or more: that number is chosen once for a request.
 */
export interface Deterministic {
  readonly threads: number;
}

/** See {@link createBatchLoop}. */
export interface BatchLoop {
  submit(job: Job): void;
  /** Takes a job back; resolves when no batch holds it any more. */
  withdraw(job: Job): Promise<void>;
  /** Runs what touches the context between two batches. */
  between<T>(task: () => T | Promise<T>): Promise<T>;
  /** How a deterministic request that begins now is computed. */
  deterministic(): Promise<Deterministic>;
  /** Fails what is left; resolves when the context is touched no more. */
  stop(): Promise<void>;
}

/** The loop over batches of a context. */
export function createBatchLoop(context: NativeContext, options: BatchComputingOptions): BatchLoop {
  const computing = createBatchComputing(context, options);
  let jobs: Job[] = [];
  const tasks: (() => Promise<void>)[] = [];
  let batch: Promise<void> | undefined;
  let isRunning = false;
  let isStopped = false;

  function wake(): void {
    if (isRunning) return;
    isRunning = true;
    // Requests that came together are read in the same round of the event loop: their first batch holds all of them.
    setImmediate(() => void run());
  }

  async function run(): Promise<void> {
    for (;;) {
      for (let task = tasks.shift(); task; task = tasks.shift()) await task();
      if (jobs.length === 0) break;
      const parts = chooseParts(jobs, computing);
      jobs = afterTurn(jobs, parts);
      batch = compute(parts);
      await batch;
    }
    batch = undefined;
    isRunning = false;
  }

  async function compute(parts: readonly BatchPart[]): Promise<void> {
    try {
      const logits = await computing.evaluate(parts);
      for (const part of parts) note(part);
      const tokens = await computing.sample(parts, logits);
      for (const [index, { job }] of parts.entries()) goOn(job, tokens[index]);
    } catch (error) {
      fail(parts, error);
    }
  }

  function goOn(job: Job, chosen: Token | undefined): void {
    job.slot.onChange();
    if (job.next.length > 0 || !jobs.includes(job)) return;
    const next = job.onDone(chosen);
    if (next) job.next = next;
    else jobs = jobs.filter((other) => other !== job);
  }

  function fail(parts: readonly BatchPart[], error: unknown): void {
    jobs = jobs.filter((job) => !parts.some((part) => part.job === job));
    for (const { job } of parts) {
      // What the context holds of them now is not known.
      job.slot.tokens.length = 0;
      job.slot.deterministicEnds.length = 0;
      context.disposeSequence(job.slot.id);
      job.onFailed(error);
      job.slot.onChange();
    }
  }

  return {
    submit(job) {
      if (isStopped) return job.onFailed(stopped());
      jobs.push(job);
      wake();
    },
    async withdraw(job) {
      jobs = jobs.filter((other) => other !== job);
      await batch;
    },
    between: (task) =>
      new Promise((resolve, reject) => {
        if (isStopped) return reject(stopped());
        tasks.push(async () => {
          try {
            resolve(await task());
          } catch (error) {
            reject(error);
          }
        });
        wake();
      }),
    deterministic: async () => ({ threads: await computing.settledThreads() }),
    async stop() {
      isStopped = true;
      const left = jobs;
      jobs = [];
      for (const job of left) job.onFailed(stopped());
      await batch;
    },
  };
}

/** The slot holds the tokens now. */
function note({ job, tokens }: BatchPart): void {
  const { slot } = job;
  const wasDeterministic = (slot.deterministicEnds.at(-1) ?? 0) === slot.tokens.length;
  slot.tokens.push(...tokens);
  if (job.deterministic && wasDeterministic) {
    slot.deterministicEnds.push(slot.tokens.length);
    slot.deterministicThreads = job.deterministic.threads;
  }
  job.next = job.next.slice(tokens.length);
}

function stopped(): LuciError {
  return new LuciError('ENGINE_FAILED', 'The model was closed while it was asked.', { hint: 'Run the command again.' });
}
