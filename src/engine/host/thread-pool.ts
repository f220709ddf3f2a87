import type { MachineFacts } from '../machine.ts';

/**
 * Threads of Node's pool in the engine process, which call the library: as many contexts as there are can compute beside each other. More
 * than two cost more than they bring: one context that computes with several threads is a quarter slower when the thread that calls it
 * changes, and with two it does not (one chooses the token that the other computed). So it is two where there are two cores, each of
 * which a context of one thread keeps busy, and one elsewhere, where requests at once share the batches of one context.
 */
export function threadPoolSize({ physicalCores }: Pick<MachineFacts, 'physicalCores'>): 1 | 2 {
  return physicalCores === 2 ? 2 : 1;
}
