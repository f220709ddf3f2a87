import type { Token } from 'node-llama-cpp';
import type { BatchPart } from './batch-choice.ts';
import { type BatchSize, createBatchSize } from './batch-size.ts';
import type { NativeContext } from './native.ts';
import type { CoreShare } from './shared-cores.ts';
import { type Clocks, createThreadCount, machineClocks } from './thread-count.ts';

/** One batch through the model: how many threads compute it, where its logits are, which tokens are chosen of them. */

/** See {@link createBatchComputing}. */
export interface BatchComputing {
  /** How much goes into a batch, by what the last ones took. */
  readonly size: BatchSize;
  /** Returns where in the batch the logits of each part are, if it has some. */
  evaluate(parts: readonly BatchPart[]): Promise<(number | undefined)[]>;
  /** The token each part goes on with, where it has a sampler. */
  sample(parts: readonly BatchPart[], logits: readonly (number | undefined)[]): Promise<(Token | undefined)[]>;
  /** The number of threads that single tokens are computed by, once it is known. */
  settledThreads(): Promise<number>;
  /** Whether more contexts compute than have a core. */
  readonly isCrowded: boolean;
}

/** See {@link createBatchComputing}. */
export interface BatchComputingOptions {
  /** Tokens the context takes in one batch. */
  readonly capacity: number;
  /** Threads that compute where they find cores. */
  readonly maxThreads: number;
  /** Where contexts compute beside each other: who else does. */
  readonly cores?: Pick<CoreShare, 'contexts' | 'compute'>;
  /** Default: this machine's. */
  readonly clocks?: () => Clocks;
}

/** Computes on a context; learns from each batch how long the next may be, and how many threads find a core. */
export function createBatchComputing(
  context: NativeContext,
  { capacity, maxThreads, cores, clocks = machineClocks }: BatchComputingOptions,
): BatchComputing {
  const threads = createThreadCount(maxThreads, clocks);
  const size = createBatchSize(capacity);

  function threadsFor(parts: readonly BatchPart[], tokenCount: number, share: number): number {
    const count = Math.min(threads.count, share);
    // The bits of a prompt do not depend on the number of threads, those of a token do.
    return tokenCount > parts.length ? count : (parts[0]?.job.deterministic?.threads ?? count);
  }

  return {
    size,
    async evaluate(parts) {
      const tokenCount = parts.reduce((sum, { tokens }) => sum + tokens.length, 0);
      const share = Math.max(1, Math.floor(maxThreads / (cores?.contexts ?? 1)));
      const threadCount = threadsFor(parts, tokenCount, share);
      context.setThreads(threadCount);
      context.initBatch(tokenCount);
      const logits = parts.map(({ job, tokens }) => {
        const isLast = tokens.length === job.next.length && job.sampler !== undefined;
        const wanted = isLast ? Uint32Array.of(tokens.length - 1) : new Uint32Array(0);
        return context.addToBatch(job.slot.id, job.slot.tokens.length, Uint32Array.from(tokens), wanted)[0];
      });
      // What others have of the cores says nothing of the machine.
      const isAlone = share === maxThreads;
      const decode = async (): Promise<void> => {
        const startedMs = clocks().nowMs;
        if (isAlone) threads.begin(threadCount);
        await context.decodeBatch();
        if (isAlone) threads.end();
        size.measured(tokenCount, clocks().nowMs - startedMs);
      };
      await (cores ? cores.compute(threadCount, decode) : decode());
      return logits;
    },
    sample: (parts, logits) =>
      Promise.all(
        parts.map(({ job: { sampler } }, index) => {
          const place = logits[index];
          return place === undefined || !sampler ? undefined : context.sampleToken(place, sampler);
        }),
      ),
    settledThreads: () => threads.settled(),
    get isCrowded() {
      return (cores?.contexts ?? 1) > maxThreads;
    },
  };
}
