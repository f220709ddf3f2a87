import type { MachineFacts } from '../machine.ts';

/**
 * Threads of Node's pool in an engine process for several requests at once: they call the library, so as many contexts can compute beside each
 * other. On two cores each of two contexts of one thread keeps one busy. On more they share the batches of one context, and one thread calls:
 * one context that computes with several threads is a quarter slower when the thread that calls it changes, as it does with three. Two cost
 * a single answer 3 to 18 % (the smaller the model, the more), so a process that was started for one question at a time has one.
 */
export function threadPoolSize({ physicalCores }: Pick<MachineFacts, 'physicalCores'>): 1 | 2 {
  return physicalCores === 2 ? 2 : 1;
}
