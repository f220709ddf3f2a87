import type { Token } from 'node-llama-cpp';
import { orAborted, throwIfAborted } from '../../base/abort.ts';
import { copyState } from './copy-state.ts';
import type { CoreShare } from './shared-cores.ts';
import { commonLength, type Slot } from './slot.ts';
import { bestSlot, bestSource, minSharedTokens, type PooledSlot, type Wanted } from './slot-choice.ts';

/**
 * Who works in which slot. A request goes where most of its prompt is already; when that slot is busy, or would lose more than the
 * request gains, it takes another one and the common beginning is copied there.
 */

/** A context and its slots. */
export interface SlotContext {
  readonly slots: readonly Slot[];
  /** Where it computes beside others. */
  readonly cores?: CoreShare;
  dispose(): Promise<void>;
}

/** What the slots are made with. */
export interface SlotPoolOptions {
  /** A context with so many slots. */
  openContext(count: number): Promise<SlotContext>;
  /** The most requests at once. */
  readonly maxSlots: number;
  /** Each slot in a context of its own, which computes beside the others (default false: in batches with them). */
  readonly isSeparate?: boolean;
  /** Memory of one slot. */
  readonly slotBytes: number;
  /** See {@link LoadOptions}. */
  takeMemory(bytes: number): boolean;
  /** A folder of the user's own, for states on their way from slot to slot. */
  readonly stateFolder: string;
}

/** See {@link createSlotPool}. */
export interface SlotPool {
  /**
   * Runs work with a slot that holds as much of the prompt as could be had without evaluating it. Waits when all are taken. A request
   * that is `deterministic` gets nothing from others: it must not depend on what they did. `onWait` is called when all are taken.
   */
  use<T>(
    request: { readonly prompt: readonly Token[]; readonly deterministic: boolean; onWait?(): void },
    work: (slot: Slot) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  dispose(): Promise<void>;
}

/**
 * A model begins with a context of one slot, which takes the least memory. The second request at once opens a context of all its slots:
 *
 *     growable ──two at once, and memory for more──▶ growing ──opened──▶ moving ──the first slot is free──▶ settled
 *        └───────────────no memory, or no more than one slot─┴──────────────────────────────────────────────▲
 *
 * While it is moving, new requests go to the large context, and what began in the small one ends there. Where contexts are separate, each
 * request that finds none free opens one more, and the first one stays.
 */
type Stage = 'growable' | 'growing' | 'moving' | 'settled';

/** The slots of a model: those of `first`, and `maxSlots` from the moment two requests come together. */
export function createSlotPool(first: SlotContext, options: SlotPoolOptions): SlotPool {
  const { maxSlots, isSeparate = false, slotBytes, takeMemory, stateFolder } = options;
  let stage: Stage = maxSlots > 1 ? 'growable' : 'settled';
  let slots = pooledSlots(first);
  /** Where new requests go. */
  let current = new Set([first]);
  /** What the pool does beside requests: growing, then leaving the first context. */
  let moves: Promise<void> = Promise.resolve();
  let requests = 0;
  const waiting: (() => void)[] = [];

  const freeSlots = (): PooledSlot[] => slots.filter(({ context, prompt }) => current.has(context) && prompt === undefined);

  async function takeSlot(prompt: readonly Token[], signal: AbortSignal, onWait?: () => void): Promise<PooledSlot> {
    for (let isFirst = true; ; isFirst = false) {
      const pooled = bestSlot(freeSlots(), slots, { prompt, number: requests + 1 });
      if (pooled) {
        requests += 1;
        Object.assign(pooled, { prompt, usedAt: requests });
        return pooled;
      }
      if (stage === 'growable') moves = grow();
      if (isFirst) onWait?.();
      const turn = new Promise<void>((resolve) => void waiting.push(resolve));
      await orAborted(turn, signal);
    }
  }

  async function grow(): Promise<void> {
    stage = 'growing';
    if (isSeparate) await addContext();
    else await replaceFirst();
    wakeAll();
  }

  async function addContext(): Promise<void> {
    const opened = await open(1);
    if (opened) {
      current.add(opened);
      slots = [...slots, ...pooledSlots(opened)];
    }
    stage = opened && slots.length < maxSlots ? 'growable' : 'settled';
  }

  async function replaceFirst(): Promise<void> {
    const opened = await open(maxSlots);
    stage = opened ? 'moving' : 'settled';
    if (opened) {
      current = new Set([opened]);
      slots = [...slots, ...pooledSlots(opened)];
    }
    await leaveFirst();
  }

  /** Undefined where the memory is not there: requests wait for each other then. */
  async function open(count: number): Promise<SlotContext | undefined> {
    if (!takeMemory(count * slotBytes)) return undefined;
    try {
      return await options.openContext(count);
    } catch {
      takeMemory(-count * slotBytes);
      return undefined;
    }
  }

  /** Once its slot is free, the first context goes; what the slot holds moves into the larger one. */
  async function leaveFirst(): Promise<void> {
    const old = slots.find(({ context }) => context === first);
    if (stage !== 'moving' || !old || old.prompt || old.readers > 0) return;
    stage = 'settled';
    slots = slots.filter((pooled) => pooled !== old);
    await keepState(old.slot);
    await first.dispose();
    takeMemory(-slotBytes);
  }

  async function keepState(from: Slot): Promise<void> {
    const target = freeSlots().find(({ slot }) => slot.tokens.length === 0);
    if (!target || !from.canBeCut || from.tokens.length < minSharedTokens) return;
    target.prompt = from.tokens;
    await copyState(from, target.slot, { wanted: from.tokens, folder: stateFolder });
    target.prompt = undefined;
    wakeAll();
  }

  function wakeAll(): void {
    for (const wake of waiting.splice(0)) wake();
  }

  /** Brings what another slot has, or is about to have, of the prompt. */
  async function share(pooled: PooledSlot, wanted: Wanted, signal: AbortSignal): Promise<void> {
    const { prompt } = wanted;
    const own = commonLength(pooled.slot.tokens, prompt);
    const { pooled: source, tokenCount } = bestSource(slots, pooled, wanted);
    if (!source || tokenCount - own < minSharedTokens) return;
    source.readers += 1;
    try {
      // Its request may still be at it; evaluating the same tokens twice would make both slower.
      while (source.prompt && commonLength(source.slot.tokens, prompt) < tokenCount) await orAborted(source.slot.changed(), signal);
      if (commonLength(source.slot.tokens, prompt) - own < minSharedTokens) return;
      await copyState(source.slot, pooled.slot, { wanted: prompt, folder: stateFolder });
    } finally {
      source.readers -= 1;
    }
  }

  function release(pooled: PooledSlot): void {
    pooled.prompt = undefined;
    pooled.context.cores?.end();
    // Who waits for a prompt that nobody evaluates any more looks again.
    pooled.slot.touch();
    wakeAll();
    if (stage === 'moving') moves = moves.then(leaveFirst);
  }

  return {
    async use({ prompt, deterministic, onWait }, work, signal) {
      throwIfAborted(signal);
      const pooled = await takeSlot(prompt, signal, onWait);
      pooled.context.cores?.begin();
      try {
        if (!deterministic) await share(pooled, { prompt, number: pooled.usedAt }, signal);
        return await work(pooled.slot);
      } finally {
        release(pooled);
      }
    },
    async dispose() {
      await moves;
      for (const context of new Set(slots.map((pooled) => pooled.context))) await context.dispose();
    },
  };
}

function pooledSlots(context: SlotContext): PooledSlot[] {
  return context.slots.map((slot) => ({ slot, context, prompt: undefined, usedAt: 0, readers: 0 }));
}
