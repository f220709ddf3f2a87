import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Token } from 'node-llama-cpp';
import { orAborted, throwIfAborted } from '../../base/abort.ts';
import { uniqueMark } from '../../base/unique-mark.ts';
import { commonLength, type Slot } from './slot.ts';

/**
 * Who works in which slot. A request goes where most of its prompt is already; when that slot is busy, or would lose more than the
 * request gains, it takes another one and the common beginning is copied there.
 */

/** A context and its slots. */
export interface SlotContext {
  readonly slots: readonly Slot[];
  dispose(): Promise<void>;
}

/** What the slots are made with. */
export interface SlotPoolOptions {
  /** A context with so many slots. */
  openContext(count: number): Promise<SlotContext>;
  /** The most requests at once. */
  readonly maxSlots: number;
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
   * that is `deterministic` gets nothing from others: it must not depend on what they did.
   */
  use<T>(
    request: { readonly prompt: readonly Token[]; readonly deterministic: boolean },
    work: (slot: Slot) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  dispose(): Promise<void>;
}

/** Copying costs milliseconds (two file operations of 23 kB a token on a 135M model), evaluating 32 tokens there 100 ms; both grow alike. */
const minSharedTokens = 32;

interface PooledSlot {
  readonly slot: Slot;
  readonly context: SlotContext;
  /** What it will hold when its request's prompt is evaluated; undefined when it is free. */
  prompt: readonly Token[] | undefined;
  /** Requests are numbered as they come. */
  usedAt: number;
  /** Others that copy from it now. */
  readers: number;
}

/** The slots of a model: one at first, `maxSlots` of them from the moment two requests come together. */
export function createSlotPool(
  first: SlotContext,
  { openContext, maxSlots, slotBytes, takeMemory, stateFolder }: SlotPoolOptions,
): SlotPool {
  let slots = slotsOf(first);
  let newest = first;
  let growing: Promise<void> | undefined;
  let retiring: Promise<void> | undefined;
  let canGrow = maxSlots > 1;
  let uses = 0;
  const waiting: (() => void)[] = [];

  const freeSlots = (): PooledSlot[] => slots.filter(({ context, prompt }) => context === newest && prompt === undefined);

  async function takeSlot(prompt: readonly Token[], signal: AbortSignal): Promise<PooledSlot> {
    for (;;) {
      const pooled = best(freeSlots(), slots, prompt, uses + 1);
      if (pooled) {
        uses += 1;
        Object.assign(pooled, { prompt, usedAt: uses });
        return pooled;
      }
      if (canGrow) growing ??= grow();
      const turn = new Promise<void>((resolve) => void waiting.push(resolve));
      await orAborted(turn, signal);
    }
  }

  async function grow(): Promise<void> {
    canGrow = false;
    if (takeMemory(maxSlots * slotBytes)) {
      try {
        newest = await openContext(maxSlots);
        slots = [...slots, ...slotsOf(newest)];
        await retire();
      } catch {
        // The memory is not there after all: one after the other then.
        takeMemory(-maxSlots * slotBytes);
      }
    }
    wakeAll();
  }

  /** A free slot of the first context moves into the larger one, and the first context goes. */
  async function retire(): Promise<void> {
    if (newest === first) return;
    const old = slots.find(({ context }) => context === first);
    if (!old || old.prompt || old.readers > 0) return;
    slots = slots.filter((pooled) => pooled !== old);
    retiring = move(old);
    await retiring;
  }

  async function move(old: PooledSlot): Promise<void> {
    const [target] = freeSlots().filter(({ slot }) => slot.tokens.length === 0);
    if (target && old.slot.canBeCut && old.slot.tokens.length >= minSharedTokens) {
      target.prompt = old.slot.tokens;
      await copy(old.slot, target.slot, old.slot.tokens);
      target.prompt = undefined;
      wakeAll();
    }
    await first.dispose();
    takeMemory(-slotBytes);
  }

  function wakeAll(): void {
    for (const wake of waiting.splice(0)) wake();
  }

  /** Brings what another slot has, or is about to have, of the prompt. */
  async function share(pooled: PooledSlot, prompt: readonly Token[], signal: AbortSignal): Promise<void> {
    const own = commonLength(pooled.slot.tokens, prompt);
    const [source, common] = bestSource(slots, pooled, prompt, pooled.usedAt);
    if (!source || common - own < minSharedTokens) return;
    source.readers += 1;
    try {
      // Its request may still be at it; evaluating the same tokens twice would make both slower.
      while (source.prompt && commonLength(source.slot.tokens, prompt) < common) await orAborted(source.slot.changed(), signal);
      if (commonLength(source.slot.tokens, prompt) - own >= minSharedTokens) await copy(source.slot, pooled.slot, prompt);
    } finally {
      source.readers -= 1;
    }
  }

  /** A copy that fails, as on a full disk, is no failure: its tokens are evaluated then. */
  async function copy(from: Slot, to: Slot, wanted: readonly Token[]): Promise<void> {
    const path = join(stateFolder, `${uniqueMark()}.part`);
    try {
      await from.save(path);
      await to.load(path);
      await to.keep(commonLength(to.tokens, wanted));
    } catch (error) {
      process.stderr.write(`copy of a state: ${error instanceof Error ? error.message : String(error)}\n`);
    } finally {
      await rm(path, { force: true });
    }
  }

  return {
    async use({ prompt, deterministic }, work, signal) {
      throwIfAborted(signal);
      const pooled = await takeSlot(prompt, signal);
      try {
        if (!deterministic) await share(pooled, prompt, signal);
        return await work(pooled.slot);
      } finally {
        pooled.prompt = undefined;
        // Who waits for a prompt that nobody evaluates any more looks again.
        pooled.slot.touch();
        wakeAll();
        void retire();
      }
    },
    async dispose() {
      await growing;
      await retiring;
      await newest.dispose();
      if (newest !== first && slots.some(({ context }) => context === first)) await first.dispose();
    },
  };
}

function slotsOf(context: SlotContext): PooledSlot[] {
  return context.slots.map((slot) => ({ slot, context, prompt: undefined, usedAt: 0, readers: 0 }));
}

/** The free slot where the least is evaluated and thrown away; of equal ones that which was used longest ago. */
function best(free: readonly PooledSlot[], all: readonly PooledSlot[], prompt: readonly Token[], number: number): PooledSlot | undefined {
  const costOf = (pooled: PooledSlot): number => {
    const own = commonLength(pooled.slot.tokens, prompt);
    const [, common] = bestSource(all, pooled, prompt, number);
    const held = common - own >= minSharedTokens ? common : own;
    return prompt.length - held + (pooled.slot.tokens.length - own) / 2;
  };
  return [...free].sort((a, b) => costOf(a) - costOf(b) || a.usedAt - b.usedAt)[0];
}

/** The other slot that has most of the prompt, or will have: that of an earlier request, or two would wait for each other. */
function bestSource(
  slots: readonly PooledSlot[],
  target: PooledSlot,
  prompt: readonly Token[],
  number: number,
): [PooledSlot | undefined, number] {
  let [found, longest]: [PooledSlot | undefined, number] = [undefined, 0];
  for (const pooled of slots) {
    if (pooled === target || !pooled.slot.canBeCut) continue;
    const planned = pooled.prompt && pooled.usedAt < number ? commonLength(pooled.prompt, prompt) : 0;
    const common = Math.max(commonLength(pooled.slot.tokens, prompt), planned);
    if (common > longest) [found, longest] = [pooled, common];
  }
  // The last token is always evaluated; nobody's planned prompt is evaluated to its end either.
  return [found, Math.min(longest, prompt.length - 1)];
}
