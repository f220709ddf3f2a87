import type { Token } from 'node-llama-cpp';
import type { JobSlot } from './batch-loop.ts';
import type { NativeCheckpoint, NativeSequence } from './native.ts';

/** What a context holds of one conversation, and how it is cut, saved and loaded. Who calls stands between two batches. */

/** The state of a slot. */
export interface SlotState extends JobSlot {
  /** Settles with the next change of `tokens`, or with `onChange`. */
  changed(): Promise<void>;
  /** Cuts to the first `count` tokens, or to fewer where the state cannot be cut there. */
  keep(count: number): Promise<void>;
  /** Notes a place to which {@link keep} can go back where the state cannot be cut. */
  checkpoint(): Promise<void>;
  /** Writes what it holds to a file, or takes it from one this process wrote. */
  save(path: string): Promise<void>;
  load(path: string): Promise<void>;
}

/** Checkpoints kept; each holds a copy of the state's part that cannot be cut. */
const maxCheckpoints = 2;

/** The state of an empty slot. */
export function createSlotState(sequence: NativeSequence, maxSlotTokens: number): SlotState {
  const { context, id } = sequence;
  const tokens: Token[] = [];
  const deterministicEnds: number[] = [];
  let checkpoints: NativeCheckpoint[] = [];

  function clear(): void {
    context.disposeSequence(id);
    tokens.length = 0;
    deterministicEnds.length = 0;
  }

  async function cut(count: number): Promise<void> {
    if (count >= tokens.length) return;
    if (count === 0) return clear();
    if (count > context.getSequenceKvCacheMinPosition(id) && context.removeTokenCellsFromSequence(id, count, tokens.length)) {
      tokens.length = count;
      return;
    }
    const checkpoint = checkpoints.findLast(({ minPos, maxPos }) => minPos <= count - 1 && maxPos < tokens.length);
    const last = Math.min(count - 1, checkpoint?.maxPos ?? 0);
    if (checkpoint && (await context.restoreCheckpoint(checkpoint, last))) tokens.length = last + 1;
    else clear();
  }

  return {
    id,
    tokens,
    deterministicEnds,
    deterministicThreads: undefined,
    ...createChangeSign(),
    async keep(count) {
      await cut(count);
      while ((deterministicEnds.at(-1) ?? 0) > tokens.length) deterministicEnds.pop();
      for (const checkpoint of checkpoints) if (checkpoint.maxPos >= tokens.length) checkpoint.dispose();
      checkpoints = checkpoints.filter(({ maxPos }) => maxPos < tokens.length);
    },
    async checkpoint() {
      if (!sequence.needsCheckpoints || tokens.length === 0 || checkpoints.some(({ maxPos }) => maxPos === tokens.length - 1)) return;
      const checkpoint = sequence.createCheckpoint();
      await checkpoint.init(context, id);
      checkpoints.push(checkpoint);
      if (checkpoints.length > maxCheckpoints) checkpoints.shift()?.dispose();
    },
    async save(path) {
      await context.saveSequenceStateToFile(path, id, Uint32Array.from(tokens));
    },
    async load(path) {
      clear();
      try {
        tokens.push(...(Array.from(await context.loadSequenceStateFromFile(path, id, maxSlotTokens)) as Token[]));
      } catch (error) {
        clear();
        throw error;
      }
    },
  };
}

/** A promise that settles with each change, and is made anew then. */
function createChangeSign(): Pick<SlotState, 'onChange' | 'changed'> {
  let tell = (): void => undefined;
  let change = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return {
    changed: () => change,
    onChange() {
      tell();
      change = new Promise((resolve) => {
        tell = resolve;
      });
    },
  };
}
