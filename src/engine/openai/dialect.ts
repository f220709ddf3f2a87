/** What endpoints understand beyond, or short of, the common protocol. */

/**
 * - `standard`: the protocol and nothing else;
 * - `llama-server`: more ways of sampling, prompt cache, token counts, timings;
 * - `llamafile-0.9`: the same sampling, but JSON by a grammar only and no template to ask for.
 */
export type Dialect = 'standard' | 'llama-server' | 'llamafile-0.9';

/** Whether sampling beyond temperature, top-p and seed is understood. */
export function takesAllSampling(dialect: Dialect): boolean {
  return dialect !== 'standard';
}
