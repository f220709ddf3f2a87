import type { Token } from 'node-llama-cpp';
import type { NativeContext, NativeSampler } from './native.ts';
import { maxChunkTokens } from './prompt-chunks.ts';
import { createThreadCount } from './thread-count.ts';

/**
 * The batches of one context: what its slots want evaluated goes through the model together. A generating slot needs one token a
 * batch, so four of them cost little more than one; long prompts come in chunks, so that a stop is heard and nobody waits long.
 */

/** Tokens a slot wants evaluated, and what comes after them. */
export interface Job {
  readonly slot: { readonly id: number; readonly tokens: Token[]; readonly deterministicEnds: number[]; onChange(): void };
  /** To be evaluated; shrinks as it is done. */
  next: readonly Token[];
  /** Chooses the token that follows; without one nothing is generated. */
  readonly sampler?: NativeSampler;
  /** In batches of its own: batchmates change the last bits of what comes out, and with them now and then a word. */
  readonly deterministic: boolean;
  /** All of `next` is evaluated. Returns what to go on with at once; undefined ends the job. */
  onDone(chosen: Token | undefined): readonly Token[] | undefined;
  onFailed(error: Error): void;
}

/** See {@link createBatchLoop}. */
export interface BatchLoop {
  submit(job: Job): void;
  /** Takes a job back; resolves when no batch holds it any more. */
  withdraw(job: Job): Promise<void>;
  /** Runs what touches the context between two batches. */
  between<T>(task: () => T | Promise<T>): Promise<T>;
  /** Fails what is left; resolves when the context is touched no more. */
  stop(): Promise<void>;
}

const wantedBatchMs = 200;
const minBatchTokens = 16;

/** The loop over batches of a context. Batches are sized by the speed measured so far, to about 200 ms each. `threads` at most compute. */
export function createBatchLoop(context: NativeContext, batchSize: number, threads: number): BatchLoop {
  // A token takes milliseconds and differs much; a chunk of a prompt is long enough to tell by itself.
  const forTokens = createThreadCount(threads, 4);
  const forPrompts = createThreadCount(threads, 2);
  let jobs: Job[] = [];
  const tasks: (() => Promise<void>)[] = [];
  let batch: Promise<void> | undefined;
  let isRunning = false;
  let isStopped = false;
  let tokensPerMs = maxChunkTokens / wantedBatchMs;

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
      batch = decode(choose());
      await batch;
    }
    batch = undefined;
    isRunning = false;
  }

  /** Who goes into the next batch, with how many tokens. Those served go to the end of the line. */
  function choose(): Chosen[] {
    const [first] = jobs;
    if (!first) return [];
    if (first.deterministic) {
      jobs = [...jobs.slice(1), first];
      return [{ job: first, part: first.next.slice(0, maxChunkTokens) }];
    }
    const batchmates = jobs.filter(({ deterministic }) => !deterministic);
    const maxBatchTokens = Math.max(minBatchTokens, Math.min(batchSize, Math.round(tokensPerMs * wantedBatchMs)));
    let left = maxBatchTokens - batchmates.length;
    let waiting = batchmates.filter(({ next }) => next.length > 1).length;
    const chosen = batchmates.map((job): Chosen => {
      if (job.next.length === 1) return { job, part: job.next };
      const more = Math.min(job.next.length - 1, Math.max(0, Math.floor(left / waiting)));
      waiting -= 1;
      left -= more;
      return { job, part: job.next.slice(0, 1 + more) };
    });
    jobs = [...jobs.filter(({ deterministic }) => deterministic), ...batchmates];
    return chosen;
  }

  async function decode(chosen: readonly Chosen[]): Promise<void> {
    try {
      const count = chosen.reduce((sum, { part }) => sum + part.length, 0);
      const deterministic = chosen.some(({ job }) => job.deterministic);
      const areTokens = count === chosen.length;
      // With another count the last bits differ.
      context.setThreads(deterministic ? threads : (areTokens ? forTokens : forPrompts).count);
      const startedAt = performance.now();
      context.initBatch(count);
      const places = chosen.map(({ job, part }) => {
        const isLast = part.length === job.next.length && job.sampler !== undefined;
        const logits = isLast ? Uint32Array.of(part.length - 1) : new Uint32Array(0);
        return context.addToBatch(job.slot.id, job.slot.tokens.length, Uint32Array.from(part), logits)[0];
      });
      await context.decodeBatch();
      const nowMs = performance.now();
      const durationMs = Math.max(0.01, nowMs - startedAt);
      if (count >= minBatchTokens) tokensPerMs = count / Math.max(1, durationMs);
      if (!deterministic && areTokens) forTokens.measured(count, durationMs, nowMs);
      // Chunks are compared by the token; short ones say nothing.
      if (!deterministic && !areTokens && count >= minBatchTokens) forPrompts.measured(minBatchTokens, durationMs / count, nowMs);
      for (const { job, part } of chosen) {
        const { slot } = job;
        const wasDeterministic = job.deterministic && (slot.deterministicEnds.at(-1) ?? 0) === slot.tokens.length;
        slot.tokens.push(...part);
        if (wasDeterministic) slot.deterministicEnds.push(slot.tokens.length);
        job.next = job.next.slice(part.length);
      }
      const tokens = await Promise.all(
        chosen.map(({ job: { sampler } }, index) => {
          const place = places[index];
          return place === undefined || !sampler ? undefined : context.sampleToken(place, sampler);
        }),
      );
      for (const [index, { job }] of chosen.entries()) {
        job.slot.onChange();
        if (job.next.length > 0 || !jobs.includes(job)) continue;
        const next = job.onDone(tokens[index]);
        if (next) job.next = next;
        else jobs = jobs.filter((other) => other !== job);
      }
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      jobs = jobs.filter((job) => !chosen.some((one) => one.job === job));
      for (const { job } of chosen) {
        // What the context holds of them now is not known.
        job.slot.tokens.length = 0;
        job.slot.deterministicEnds.length = 0;
        context.disposeSequence(job.slot.id);
        job.onFailed(error);
        job.slot.onChange();
      }
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
    async stop() {
      isStopped = true;
      const left = jobs;
      jobs = [];
      for (const job of left) job.onFailed(stopped());
      await batch;
    },
  };
}

function stopped(): Error {
  return new Error('the model is being closed');
}

interface Chosen {
  readonly job: Job;
  readonly part: readonly Token[];
}
