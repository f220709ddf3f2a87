import { homedir, userInfo } from 'node:os';

/**
 * The user's own folder, for `~` and for where luci keeps things by default; undefined where nobody knows one: a number that was given to
 * a container as its user has no account, and HOME need not be set. An empty HOME is no folder: what the system knows of the user
 * counts then, as it does without HOME.
 */
export function userFolder(): string | undefined {
  return known(homedir) ?? known(() => userInfo().homedir);
}

function known(ask: () => string): string | undefined {
  try {
    return ask() || undefined;
  } catch {
    return undefined; // The account has no entry.
  }
}
