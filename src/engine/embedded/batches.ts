import type { Token } from 'node-llama-cpp';
import type { NativeContext, NativeSampler } from './native.ts';
import { mostSliceTokens } from './slices.ts';
import { createThreadCount } from './thread-count.ts';

/**
 * The batches of one context: what its lanes want evaluated goes through the model together. A generating lane needs one token a
 * batch, so four of them cost little more than one; long prompts come in slices, so that a stop is heard and nobody waits long.
 */

/** Tokens a lane wants evaluated, and what comes after them. */
export interface Work {
  readonly lane: { readonly id: number; readonly tokens: Token[]; readonly aloneEnds: number[]; onChange(): void };
  /** To be evaluated; shrinks as it is done. */
  next: readonly Token[];
  /** Chooses the token that follows; without one nothing is generated. */
  readonly sampler?: NativeSampler;
  /** In batches of its own: company changes the last bits of what comes out, and with them now and then a word. */
  readonly isAlone: boolean;
  /** All of `next` is evaluated. Returns what to go on with at once; undefined ends the work. */
  onDone(chosen: Token | undefined): readonly Token[] | undefined;
  onFailed(error: Error): void;
}

/** See {@link createBatches}. */
export interface Batches {
  submit(work: Work): void;
  /** Takes work back; resolves when no batch holds it any more. */
  withdraw(work: Work): Promise<void>;
  /** Runs what touches the context between two batches. */
  between<T>(job: () => T | Promise<T>): Promise<T>;
  /** Fails what is left; resolves when the context is touched no more. */
  stop(): Promise<void>;
}

const wantedBatchMs = 200;
const leastTokens = 16;

/** The loop over batches of a context. Batches are sized by the speed measured so far, to about 200 ms each. `threads` at most compute. */
export function createBatches(context: NativeContext, batchSize: number, threads: number): Batches {
  // A token takes milliseconds and differs much; a slice of a prompt is long enough to tell by itself.
  const forTokens = createThreadCount(threads, 4);
  const forPrompts = createThreadCount(threads, 2);
  let works: Work[] = [];
  const jobs: (() => Promise<void>)[] = [];
  let batch: Promise<void> | undefined;
  let isRunning = false;
  let isStopped = false;
  let tokensPerMs = mostSliceTokens / wantedBatchMs;

  function wake(): void {
    if (isRunning) return;
    isRunning = true;
    // Requests that came together are read in the same round of the event loop: their first batch holds all of them.
    setImmediate(() => void run());
  }

  async function run(): Promise<void> {
    for (;;) {
      for (let job = jobs.shift(); job; job = jobs.shift()) await job();
      if (works.length === 0) break;
      batch = decode(choose());
      await batch;
    }
    batch = undefined;
    isRunning = false;
  }

  /** Who goes into the next batch, with how many tokens. Those served go to the end of the line. */
  function choose(): Chosen[] {
    const [first] = works;
    if (!first) return [];
    if (first.isAlone) {
      works = [...works.slice(1), first];
      return [{ work: first, part: first.next.slice(0, mostSliceTokens) }];
    }
    const company = works.filter(({ isAlone }) => !isAlone);
    const most = Math.max(leastTokens, Math.min(batchSize, Math.round(tokensPerMs * wantedBatchMs)));
    let left = most - company.length;
    let waiting = company.filter(({ next }) => next.length > 1).length;
    const chosen = company.map((work): Chosen => {
      if (work.next.length === 1) return { work, part: work.next };
      const more = Math.min(work.next.length - 1, Math.max(0, Math.floor(left / waiting)));
      waiting -= 1;
      left -= more;
      return { work, part: work.next.slice(0, 1 + more) };
    });
    works = [...works.filter(({ isAlone }) => isAlone), ...company];
    return chosen;
  }

  async function decode(chosen: readonly Chosen[]): Promise<void> {
    try {
      const count = chosen.reduce((sum, { part }) => sum + part.length, 0);
      const isAlone = chosen.some(({ work }) => work.isAlone);
      const areTokens = count === chosen.length;
      // With another count the last bits differ.
      context.setThreads(isAlone ? threads : (areTokens ? forTokens : forPrompts).count);
      const startedAt = performance.now();
      context.initBatch(count);
      const places = chosen.map(({ work, part }) => {
        const isLast = part.length === work.next.length && work.sampler !== undefined;
        const logits = isLast ? Uint32Array.of(part.length - 1) : new Uint32Array(0);
        return context.addToBatch(work.lane.id, work.lane.tokens.length, Uint32Array.from(part), logits)[0];
      });
      await context.decodeBatch();
      const nowMs = performance.now();
      const durationMs = Math.max(0.01, nowMs - startedAt);
      if (count >= leastTokens) tokensPerMs = count / Math.max(1, durationMs);
      if (!isAlone && areTokens) forTokens.measured(count, durationMs, nowMs);
      // Slices are compared by the token; short ones say nothing.
      if (!isAlone && !areTokens && count >= leastTokens) forPrompts.measured(leastTokens, durationMs / count, nowMs);
      for (const { work, part } of chosen) {
        const { lane } = work;
        const wasAlone = work.isAlone && (lane.aloneEnds.at(-1) ?? 0) === lane.tokens.length;
        lane.tokens.push(...part);
        if (wasAlone) lane.aloneEnds.push(lane.tokens.length);
        work.next = work.next.slice(part.length);
      }
      const tokens = await Promise.all(
        chosen.map(({ work: { sampler } }, index) => {
          const place = places[index];
          return place === undefined || !sampler ? undefined : context.sampleToken(place, sampler);
        }),
      );
      for (const [index, { work }] of chosen.entries()) {
        work.lane.onChange();
        if (work.next.length > 0 || !works.includes(work)) continue;
        const next = work.onDone(tokens[index]);
        if (next) work.next = next;
        else works = works.filter((other) => other !== work);
      }
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      works = works.filter((work) => !chosen.some((one) => one.work === work));
      for (const { work } of chosen) {
        // What the context holds of them now is not known.
        work.lane.tokens.length = 0;
        work.lane.aloneEnds.length = 0;
        context.disposeSequence(work.lane.id);
        work.onFailed(error);
        work.lane.onChange();
      }
    }
  }

  return {
    submit(work) {
      if (isStopped) return work.onFailed(stopped());
      works.push(work);
      wake();
    },
    async withdraw(work) {
      works = works.filter((other) => other !== work);
      await batch;
    },
    between: (job) =>
      new Promise((resolve, reject) => {
        if (isStopped) return reject(stopped());
        jobs.push(async () => {
          try {
            resolve(await job());
          } catch (error) {
            reject(error);
          }
        });
        wake();
      }),
    async stop() {
      isStopped = true;
      const left = works;
      works = [];
      for (const work of left) work.onFailed(stopped());
      await batch;
    },
  };
}

function stopped(): Error {
  return new Error('the model is being closed');
}

interface Chosen {
  readonly work: Work;
  readonly part: readonly Token[];
}
