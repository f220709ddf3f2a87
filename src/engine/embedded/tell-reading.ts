import type { WaitEvent } from '../engine.ts';
import type { Slot } from './slot.ts';

/** A prompt that is read in less is not told of. */
const quietMs = 400;
const intervalMs = 250;

/** What is told, and to whom. */
export interface ReadingTold {
  readonly totalTokens: number;
  emit(event: WaitEvent): void;
}

/** Runs work that evaluates a prompt in the slot, and tells how far it is. Told between batches: no timer runs for it. */
export async function tellReading<T>(
  slot: Pick<Slot, 'changed' | 'tokens'>,
  { totalTokens, emit }: ReadingTold,
  work: Promise<T>,
): Promise<T> {
  let isOver = false;
  let toldMs = performance.now() + quietMs - intervalMs;
  const tell = async (): Promise<void> => {
    for (;;) {
      await slot.changed();
      if (isOver) return;
      const nowMs = performance.now();
      if (nowMs - toldMs < intervalMs) continue;
      toldMs = nowMs;
      emit({ type: 'reading', doneTokens: slot.tokens.length, totalTokens });
    }
  };
  void tell(); // Ends with the first change after the work.
  try {
    return await work;
  } finally {
    isOver = true;
  }
}
