/** Where luci writes another prompt than llama-server, and why. */
export const knownDifferences: Readonly<Record<string, { readonly cases: readonly string[]; readonly why: string }>> = {};
