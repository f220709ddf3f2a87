/** The one reader of the process's environment. Everyone else is given values. */

/** A copy of the environment; empty values count as not set. */
export function readEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]));
}

const neverPassedOn = /^(UV_THREADPOOL_SIZE|NODE_OPTIONS|HF_TOKEN|HUGGING_FACE_HUB_TOKEN|LUCI_TOKEN)$/;

/** The environment for child processes: the user's own without our secrets and without what would change how the child's runtime behaves. */
export function childEnvironment(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !neverPassedOn.test(name)));
}
