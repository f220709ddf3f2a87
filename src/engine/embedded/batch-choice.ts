import type { Token } from 'node-llama-cpp';
import type { BatchComputing } from './batch-computing.ts';
import type { Job } from './batch-loop.ts';
import { maxChunkTokens } from './prompt-chunks.ts';

/** What a job has in a batch. */
export interface BatchPart {
  readonly job: Job;
  readonly tokens: readonly Token[];
}

/**
 * Who goes into the next batch, with how many tokens: the deterministic job whose turn it is alone, or all others together, in the order of their
 * slots: the library computes those at once that stand one behind the other, and each of the rest by itself.
 */
export function chooseParts(jobs: readonly Job[], { size, isCrowded }: Pick<BatchComputing, 'size' | 'isCrowded'>): readonly BatchPart[] {
  const [first] = jobs;
  if (!first) return [];
  if (first.deterministic) return [{ job: first, tokens: first.next.slice(0, maxChunkTokens) }];
  const batchmates = jobs.filter(({ deterministic }) => !deterministic).sort((a, b) => a.slot.id - b.slot.id);
  const isWaitedFor = isCrowded || jobs.some(({ deterministic, next }) => deterministic !== undefined || next.length === 1);
  return share(batchmates, size.maxTokens(isWaitedFor && batchmates.some(isReading)));
}

/** The jobs in the order of their next turn: who was served goes to the end of the line. */
export function afterTurn(jobs: readonly Job[], parts: readonly BatchPart[]): Job[] {
  const served = new Set(parts.map(({ job }) => job));
  return [...jobs.filter((job) => !served.has(job)), ...jobs.filter((job) => served.has(job))];
}

/** Every job gets a token; what is left of `maxTokens` is shared by those that read a prompt. */
function share(jobs: readonly Job[], maxTokens: number): readonly BatchPart[] {
  let left = maxTokens - jobs.length;
  let readers = jobs.filter(isReading).length;
  return jobs.map((job) => {
    if (!isReading(job)) return { job, tokens: job.next };
    const more = Math.min(job.next.length - 1, Math.max(0, Math.floor(left / readers)));
    readers -= 1;
    left -= more;
    return { job, tokens: job.next.slice(0, 1 + more) };
  });
}

function isReading({ next }: Job): boolean {
  return next.length > 1;
}
