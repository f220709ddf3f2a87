import type { Token } from 'node-llama-cpp';
import { afterTurn, type BatchPart, chooseParts } from './batch-choice.ts';
import { createBatchSize } from './batch-size.ts';
import type { NativeContext, NativeSampler } from './native.ts';
import { type Clocks, createThreadCount, machineClocks } from './thread-count.ts';

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
  onFailed(error: Error): void;
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

/** See {@link createBatchLoop}. */
export interface BatchLoopOptions {
  /** Tokens the context takes in one batch. */
  readonly capacity: number;
  /** Threads that compute where they find cores. */
  readonly maxThreads: number;
  /** Default: this machine's. */
  readonly clocks?: () => Clocks;
}

/** The loop over batches of a context. */
export function createBatchLoop(context: NativeContext, { capacity, maxThreads, clocks = machineClocks }: BatchLoopOptions): BatchLoop {
  const threads = createThreadCount(maxThreads, clocks);
  const size = createBatchSize(capacity);
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
      const parts = chooseParts(jobs, size);
      jobs = afterTurn(jobs, parts);
      batch = compute(parts);
      await batch;
    }
    batch = undefined;
    isRunning = false;
  }

  async function compute(parts: readonly BatchPart[]): Promise<void> {
    try {
      const logits = await evaluate(parts);
      for (const part of parts) note(part);
      const tokens = await sample(parts, logits);
      for (const [index, { job }] of parts.entries()) goOn(job, tokens[index]);
    } catch (error) {
      fail(parts, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Returns where in the batch the logits of each part are, if it has some. */
  async function evaluate(parts: readonly BatchPart[]): Promise<(number | undefined)[]> {
    const tokenCount = parts.reduce((sum, { tokens }) => sum + tokens.length, 0);
    const threadCount = threadsFor(parts, tokenCount);
    context.setThreads(threadCount);
    context.initBatch(tokenCount);
    const logits = parts.map(({ job, tokens }) => {
      const isLast = tokens.length === job.next.length && job.sampler !== undefined;
      const wanted = isLast ? Uint32Array.of(tokens.length - 1) : new Uint32Array(0);
      return context.addToBatch(job.slot.id, job.slot.tokens.length, Uint32Array.from(tokens), wanted)[0];
    });
    const startedMs = clocks().nowMs;
    threads.begin(threadCount);
    await context.decodeBatch();
    threads.end();
    size.measured(tokenCount, clocks().nowMs - startedMs);
    return logits;
  }

  function threadsFor(parts: readonly BatchPart[], tokenCount: number): number {
    // Prompts: see thread-count.ts; their bits do not depend on the number of threads.
    if (tokenCount > parts.length) return threads.forPrompts;
    return parts[0]?.job.deterministic?.threads ?? threads.count;
  }

  function sample(parts: readonly BatchPart[], logits: readonly (number | undefined)[]): Promise<(Token | undefined)[]> {
    return Promise.all(
      parts.map(({ job: { sampler } }, index) => {
        const place = logits[index];
        return place === undefined || !sampler ? undefined : context.sampleToken(place, sampler);
      }),
    );
  }

  function goOn(job: Job, chosen: Token | undefined): void {
    job.slot.onChange();
    if (job.next.length > 0 || !jobs.includes(job)) return;
    const next = job.onDone(chosen);
    if (next) job.next = next;
    else jobs = jobs.filter((other) => other !== job);
  }

  function fail(parts: readonly BatchPart[], error: Error): void {
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
    deterministic: async () => ({ threads: await threads.settled() }),
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

function stopped(): Error {
  return new Error('the model is being closed');
}
