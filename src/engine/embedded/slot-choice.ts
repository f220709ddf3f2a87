import type { Token } from 'node-llama-cpp';
import { commonLength, type Slot } from './slot.ts';
import type { SlotContext } from './slot-pool.ts';

/** Which slot a request gets, and from which other it takes the beginning of its prompt: by what is evaluated and thrown away. */

/** A slot as its pool sees it. */
export interface PooledSlot {
  readonly slot: Slot;
  readonly context: SlotContext;
  /** What it will hold when its request's prompt is evaluated; undefined when it is free. */
  prompt: readonly Token[] | undefined;
  /** Requests are numbered as they come. */
  usedAt: number;
  /** Others that copy from it now. */
  readers: number;
}

/** A request that looks for a slot. */
export interface Wanted {
  readonly prompt: readonly Token[];
  /** See {@link PooledSlot.usedAt}. */
  readonly number: number;
}

/** Where most of a prompt is to be had. */
export interface Source {
  readonly pooled: PooledSlot | undefined;
  /** How many of the prompt's tokens it has, or will have. */
  readonly tokenCount: number;
}

/** Copying costs milliseconds (two file operations of 23 kB a token on a 135M model), evaluating 32 tokens there 100 ms; both grow alike. */
export const minSharedTokens = 32;

/** The free slot where the least is evaluated and thrown away; of equal ones that which was used longest ago. */
export function bestSlot(free: readonly PooledSlot[], all: readonly PooledSlot[], wanted: Wanted): PooledSlot | undefined {
  const costOf = (pooled: PooledSlot): number => {
    const own = commonLength(pooled.slot.tokens, wanted.prompt);
    const { tokenCount } = bestSource(all, pooled, wanted);
    const held = tokenCount - own >= minSharedTokens ? tokenCount : own;
    return wanted.prompt.length - held + (pooled.slot.tokens.length - own) / 2;
  };
  return [...free].sort((a, b) => costOf(a) - costOf(b) || a.usedAt - b.usedAt)[0];
}

/** The other slot that has most of the prompt, or will have: that of an earlier request, or two would wait for each other. */
export function bestSource(slots: readonly PooledSlot[], target: PooledSlot, { prompt, number }: Wanted): Source {
  let best: Source = { pooled: undefined, tokenCount: 0 };
  for (const pooled of slots) {
    if (pooled === target || !pooled.slot.canBeCut) continue;
    const planned = pooled.prompt && pooled.usedAt < number ? commonLength(pooled.prompt, prompt) : 0;
    const tokenCount = Math.max(commonLength(pooled.slot.tokens, prompt), planned);
    if (tokenCount > best.tokenCount) best = { pooled, tokenCount };
  }
  // The last token is always evaluated; nobody's planned prompt is evaluated to its end either.
  return { ...best, tokenCount: Math.min(best.tokenCount, prompt.length - 1) };
}
