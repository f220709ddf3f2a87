/** Whether a model fits in memory. */

/** yes: runs with room to spare. tight: runs, but other programs will feel it. no: more than the machine has. */
export type Fit = 'yes' | 'tight' | 'no';

/**
 * Compares what a model needs with what the machine has. The system and other programs are reckoned with a fifth of the memory,
 * at least 1 GB; up to nine tenths of the whole a model still runs, by pushing others out.
 */
export function fitOf(neededBytes: number, totalMemoryBytes: number): Fit {
  const comfortable = totalMemoryBytes - Math.max(1e9, totalMemoryBytes * 0.2);
  if (neededBytes <= comfortable) return 'yes';
  return neededBytes <= totalMemoryBytes * 0.9 ? 'tight' : 'no';
}
