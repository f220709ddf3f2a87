/** Names of suites, apart from the suites themselves: whoever looks for a run need not load every case. */

/** The name of the built-in suite. */
export const ladderName = 'luci-tiers';

/** The name of the suite a run was of, without its version. */
export function suiteNameOf({ suite }: { readonly suite: string }): string {
  return suite.replace(/ [^ ]*$/, '');
}
