/** The one reader of the process's environment. Everyone else is given values. */

/** A copy of the environment; empty values count as not set. */
export function readEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]));
}

const neverPassedOn = /^(UV_THREADPOOL_SIZE|NODE_OPTIONS|HF_TOKEN|HUGGING_FACE_HUB_TOKEN|LUCI_TOKEN)$/;

/**
 * The environment for a child process: the user's own without our secrets and without what would change
 * how the child's runtime behaves, plus `additions`.
 */
export function childEnvironment(additions: Readonly<Record<string, string>> = {}): Record<string, string> {
  const inherited = Object.entries(readEnvironment()).filter(([name]) => !neverPassedOn.test(name));
  return { ...Object.fromEntries(inherited), ...additions };
}
