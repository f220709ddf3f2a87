import type { MachineFacts } from '../machine.ts';

/**
 * Threads of Node's pool in an engine process for several repeatable requests at once: they call the library, so as many contexts can compute
 * beside each other. On two cores each of two contexts of one thread keeps one busy. On more one thread calls: one context that computes with
 * several threads is a quarter slower when the thread that calls it changes, as it does with three. Two cost a single answer up to a fifth (the
 * smaller the model, the more), and four requests at once of a model of 1 GB are a quarter slower than in one batch, because each reads all
 * weights by itself: so only `luci test`, whose answers may not depend on batchmates, starts such a process.
 */
export function threadPoolSize({ physicalCores }: Pick<MachineFacts, 'physicalCores'>): 1 | 2 {
  return physicalCores === 2 ? 2 : 1;
}
