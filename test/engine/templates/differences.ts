/** Where luci writes another prompt than llama-server, and why. */
export const knownDifferences: Readonly<Record<string, { readonly cases: readonly string[]; readonly why: string }>> = {
  'Apertus-8B-Instruct': {
    cases: ['thinking low', 'thinking high'],
    why: 'llama-server never lets this family think; luci does where it is asked to',
  },
  'ByteDance-Seed-OSS': {
    cases: ['thinking off', 'thinking low'],
    why: 'the family is told a budget of thinking in tokens; llama-server tells it none',
  },
  'google-gemma-4-31B-it-interleaved': {
    cases: ['tool result', 'turn after a tool'],
    why: 'llama-server writes results of tools into the turn of the call, for this early form of the template alone',
  },
};
